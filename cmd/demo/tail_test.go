package main

import (
	"strings"
	"testing"
)

func TestAfterPlan(t *testing.T) {
	for name, c := range map[string]struct{ said, shown string }{
		"plan":    {"+ a\n\nPlan: 1 to create.\n\n 0.1s done\n", "Plan: 1 to create.\n\n 0.1s done\n"},
		"none":    {"No changes.\n", "No changes.\n"},
		"cut":     {"+ a\n\nPlan: 1", "+ a\n\nPlan: 1"},
		"in text": {"+ a  # Plan: B\n\nPlan: 1\n", "Plan: 1\n"},
	} {
		var out strings.Builder
		a := &afterPlan{out: &out}
		for _, b := range []byte(c.said) {
			if n, err := a.Write([]byte{b}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if a.flush(); out.String() != c.shown {
			t.Errorf("%s: %q, want %q", name, out.String(), c.shown)
		}
	}
}
