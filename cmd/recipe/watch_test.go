package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		name, text    string
		columns, rows int
		want          string
	}{
		{"fits", "a\nbc\n", 10, 5, "a|bc"},
		{"too wide", "abcdef\n", 4, 5, "abc…"},
		{"too long", "a\nb\nc\nd\n", 20, 4, "a|b|... 2 more lines"},
		{"no room at all", "a\nb\n", 20, 1, "... 2 more lines"},
	} {
		got := strings.TrimSuffix(strings.TrimPrefix(window(test.text, test.columns, test.rows), "\x1b[H"), "\x1b[K\r\n\x1b[J")
		if got = strings.ReplaceAll(got, "\x1b[K\r\n", "|"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Where nobody looks at a terminal a line is written for what changes, and no more than once a second is looked.
func TestWatchWritesWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(percent int) *statusJSON {
			return &statusJSON{Switchovers: []switchJSON{{Group: "web", Stage: "canary", Percent: percent, State: "running"}}}
		}
		looks := []*statusJSON{at(10), at(10), nil, at(10), at(50), {}}
		ctx, cancel := context.WithCancel(t.Context())
		var out strings.Builder
		began := time.Now()
		err := (&app{stdout: &out}).watch(ctx, false, func(context.Context) (*statusJSON, error) {
			if len(looks) == 1 {
				cancel()
			}
			s := looks[0]
			if looks = looks[1:]; s == nil {
				return nil, errors.New("gone")
			}
			return s, nil
		})
		var got []string
		for line := range strings.Lines(out.String()) {
			_, text, _ := strings.Cut(strings.TrimSpace(line), "  ")
			got = append(got, text)
		}
		want := []string{"not locked", `switchover web: running at stage "canary", 10% at the new release`, "it cannot be read: Gone.",
			"not locked", `switchover web: running at stage "canary", 10% at the new release`, `switchover web: running at stage "canary", 50% at the new release`}
		if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if took := time.Since(began); took < time.Duration(5)*watchEvery {
			t.Errorf("six looks in %s", took)
		}
	})
}
