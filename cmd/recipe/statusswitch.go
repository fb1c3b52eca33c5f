package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
)

// switchJSON is a switchover under way.
type switchJSON struct {
	Group    string    `json:"group"`    // its name on the edge: that of its first service
	Services []string  `json:"services"` // those of its services that ports lead to
	Stage    string    `json:"stage"`    // empty before the first one, and when its traffic was given back
	Percent  int       `json:"percent"`  // of the traffic, at the new releases
	Since    time.Time `json:"since,omitzero"`
	// State is "running" while an apply is at it, "paused" while it waits for somebody to decide, or "unfinished" where
	// an apply was broken off.
	State string     `json:"state"`
	Pause *pauseJSON `json:"pause,omitempty"` // of one that is paused
}

type pauseJSON struct {
	Since  time.Time `json:"since"`
	By     string    `json:"by,omitempty"` // whose apply paused it, where the record tells
	Failed bool      `json:"failed"`       // something failed; else a stage asks for somebody
	Why    string    `json:"why"`
}

// switchesOf are the switchovers under way on a site.
func switchesOf(site *proxy.Site, recorded *state.Recorded, locked bool) []switchJSON {
	list := []switchJSON{}
	if site == nil {
		return list
	}
	for i := range site.Groups {
		g := &site.Groups[i]
		s := g.Switch
		if s == nil {
			continue
		}
		j := switchJSON{Group: g.Name, Services: []string{}, Stage: s.Stage, Percent: g.Percent, Since: s.Since, State: "unfinished"}
		if s.To == proxy.A {
			j.Percent = 100 - g.Percent
		}
		for _, service := range site.Services {
			if service.Group == g.Name {
				j.Services = append(j.Services, service.Name)
			}
		}
		switch {
		case locked:
			j.State = "running"
		case s.Pause != nil:
			j.State = "paused"
			j.Pause = &pauseJSON{Since: s.Pause.Since, By: pausedBy(recorded, s.Pause.Since), Failed: s.Pause.Failed, Why: s.Pause.Why}
		}
		list = append(list, j)
	}
	return list
}

// pausedBy finds the apply that paused a switchover: the first that ended at that time or later.
func pausedBy(recorded *state.Recorded, since time.Time) string {
	for _, e := range recorded.History {
		if at, err := time.Parse(time.RFC3339, e.Time); err == nil && !at.Before(since) {
			return e.By
		}
	}
	return ""
}

// line tells people how far a switchover is.
func (s switchJSON) lines() []string {
	stage := fmt.Sprintf("at stage %q, %d%% of the traffic at the new release", s.Stage, s.Percent)
	if s.Stage == "" {
		stage = "with the traffic given back"
	}
	head := fmt.Sprintf("Switchover %s: %s %s", s.Group, s.State, stage)
	if s.State == "running" {
		return []string{head + ", for " + age(s.Since) + "."}
	}
	if s.Pause == nil {
		return []string{head + ", for " + age(s.Since) + ": an apply did not come to its end.", `  "recipe apply" goes on with it, "recipe revert" goes back.`}
	}
	by := ""
	if s.Pause.By != "" {
		by = " by " + s.Pause.By
	}
	return []string{head + ".", "  Paused " + age(s.Pause.Since) + " ago" + by + ": " + s.Pause.Why + ".",
		`  "recipe promote" goes on with it, "recipe revert" goes back.`}
}

// printSwitches shows the switchovers under way.
func (a *app) printSwitches(s *statusJSON) {
	if len(s.Switchovers) == 0 {
		return
	}
	var lines []string
	for _, one := range s.Switchovers {
		lines = append(lines, one.lines()...)
	}
	fmt.Fprintf(a.stdout, "\n%s\n", strings.Join(lines, "\n"))
}
