package proxy

import (
	"time"
	"unicode/utf8"
)

// Switch is how far a group's switchover has come. It stands beside the percentage, written by the same Update, so
// that whoever plans next, on whatever machine, can go on with it or go back.
type Switch struct {
	// To is the side of the new release; the other one holds the release before.
	To Side `json:"to"`
	// Stage is the one whose percentage is set. It is empty where the traffic was given back.
	Stage string `json:"stage,omitempty"`
	// Since is when the stage was reached, to the second.
	Since time.Time `json:"since,omitzero"`
	// Pause is there while the switchover waits for somebody to decide.
	Pause *Pause `json:"pause,omitempty"`
}

// Pause is why and since when a switchover waits.
type Pause struct {
	Since time.Time `json:"since"` // to the second
	// Failed says that something failed, and Why what, in a line. Without it the stage passed, and is to be looked at.
	Failed bool   `json:"failed,omitempty"`
	Why    string `json:"why"`
}

// Paused tells whether a group's switchover waits for somebody to decide.
func (g *Group) Paused() bool { return g != nil && g.Switch != nil && g.Switch.Pause != nil }

// clone is a copy that shares nothing with s.
func (s *Switch) clone() *Switch {
	if s == nil {
		return nil
	}
	copied := *s
	if s.Pause != nil {
		pause := *s.Pause
		copied.Pause = &pause
	}
	return &copied
}

// normal has times in whole seconds of UTC, in the one form that compares equal.
func (s *Switch) normal() {
	if s == nil {
		return
	}
	s.Since = second(s.Since)
	if s.Pause != nil {
		s.Pause.Since = second(s.Pause.Since)
	}
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// beginning bounds times from below: a time before it was never written by anybody.
var beginning = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)

func (v *validator) switching(g Group) {
	s := g.Switch
	if s == nil {
		return
	}
	if s.To != A && s.To != B {
		v.add("group %s: its switchover leads to %q, which is no side", g.Name, s.To)
	}
	times := []time.Time{s.Since}
	texts := []string{s.Stage}
	if s.Pause != nil {
		times, texts = append(times, s.Pause.Since), append(texts, s.Pause.Why)
	}
	for _, t := range times {
		if !t.IsZero() && t.Before(beginning) || t.Year() > 9999 {
			v.add("group %s: %s is no time of a switchover", g.Name, t.Format(time.RFC3339))
		}
	}
	for _, text := range texts {
		if len(text) > maxText || !utf8.ValidString(text) {
			v.add("group %s: what its switchover says is longer than %d bytes or not UTF-8", g.Name, maxText)
		}
	}
}
