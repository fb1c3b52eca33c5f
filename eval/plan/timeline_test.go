package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/plan"
)

// timed makes steps of lines such as "shift 60 0 create start": id, limit and least time in seconds, and needs.
func timed(t *testing.T, lines string) *plan.Graph {
	t.Helper()
	var steps []plan.Step
	for line := range strings.SplitSeq(lines, ";") {
		var s plan.Step
		var limit, least int
		words := strings.Fields(line)
		if _, err := fmt.Sscan(strings.Join(words[1:3], " "), &limit, &least); err != nil {
			t.Fatal(err)
		}
		s.ID, s.Limit, s.AtLeast = plan.ID(words[0]), time.Duration(limit)*time.Second, time.Duration(least)*time.Second
		for _, need := range words[3:] {
			if at, ok := strings.CutPrefix(need, "+"); ok {
				s.Provides = append(s.Provides, plan.ID(at))
				continue
			}
			s.Needs = append(s.Needs, plan.ID(need))
		}
		steps = append(steps, s)
	}
	g, err := plan.Link(steps, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTimes(t *testing.T) {
	for _, test := range []struct {
		name, steps, path, unlimited string
		least, most                  time.Duration
	}{
		{"one", "a 60 0", "a", "", 0, 60},
		{"a chain adds up", "a 60 0; b 30 10 a; c 10 5 b", "a b c", "", 15, 100},
		{"of two ways the longer", "a 60 0; b 30 0 a; c 90 0 a; d 1 0 b c", "a c d", "", 0, 151},
		{"the longest need not be what waits longest", "hold 40 30; build 3600 0; end 1 0 hold build", "build end", "", 30, 3601},
		{"what nothing needs counts too", "a 1 0; b 10 0 a; c 500 0 a", "a c", "", 0, 501},
		{"over a milestone", "a 60 7 +db@ready; b 30 0 db@ready gone@gone", "a b", "", 7, 90},
		{"a step without a limit", "a 60 0; b 0 0 a", "a", "b", 0, 60},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := plan.Times(timed(t, test.steps))
			var path []string
			for _, id := range got.Path {
				path = append(path, string(id))
			}
			if strings.Join(path, " ") != test.path || got.AtLeast != test.least*time.Second || got.AtMost != test.most*time.Second || string(got.Unlimited) != test.unlimited {
				t.Errorf("got %v, at least %v, at most %v, unlimited %q", path, got.AtLeast, got.AtMost, got.Unlimited)
			}
		})
	}
}

func TestSpans(t *testing.T) {
	got := plan.Times(timed(t, "a 60 5; b 30 10 a; c 10 0 a b")).Spans
	want := []plan.Span{{"a", 0, 60e9}, {"b", 5e9, 90e9}, {"c", 15e9, 100e9}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if empty := plan.Times(timed(t, "a 0 0")); len(empty.Path) != 1 {
		t.Errorf("got %v", empty)
	}
	g, err := plan.Link(nil, nil)
	if none := plan.Times(g); err != nil || none.AtMost != 0 || len(none.Path) != 0 {
		t.Errorf("of nothing %v, %v", none, err)
	}
}
