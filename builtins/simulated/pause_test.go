package simulated_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// asked is a switchover that waits for somebody at 10% and at 100%.
const asked = `
switchover "web" {
  services = [service.web]
  stage "canary" {
    weight = 10
    hold   = "4s"
    gate "manual" {}
  }
  stage "half" {
    weight = 50
    hold   = "4s"
  }
  stage "full" {
    weight = 100
    gate "manual" {}
  }
}
`

// stays is a switchover that stays where it is when something fails.
const stays = `
switchover "web" {
  services   = [service.web]
  on_failure = "pause"
  stage "canary" {
    weight = 10
    hold   = "4s"
  }
  stage "half" {
    weight = 50
    hold   = "4s"
  }
}
`

// do is a command with what comes of it.
type do struct {
	mode   kind.Mode
	recipe string // what the recipe says by then; that of before where it is empty
	steps  string // words of the steps' titles that the plan has, in order; "none" for an empty plan
	later  string // of those that come later
	note   string // that the plan has, in part
	share  int    // the new side's percentage afterwards; the old one's release serves at 0
	paused bool
	part   string // what the plan is about, empty for all
}

// play carries commands out, one after the other, under traffic.
func (s *scene) play(recipe string, all []do) {
	s.Helper()
	for i, d := range all {
		if d.recipe != "" {
			recipe = d.recipe
		}
		mode := d.mode
		if mode == "" {
			mode = kind.Apply
		}
		if d.part != "" {
			s.Part.Targets = []string{d.part}
		}
		p := s.plan(desire(s, recipe), mode)
		s.Part.Targets = nil
		s.about = fmt.Sprintf("%d: %s\nplan:\n%s", i, mode, steps(p))
		if !inOrder(p.Steps, d.steps) || !inOrder(p.Later, d.later) || !noted(p.Notes, d.note) {
			s.Errorf("%s\nlater:\n%s\nnotes %v; wanted %q, later %q, note %q", s.about, titles(p.Later), p.Notes, d.steps, d.later, d.note)
		}
		if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
			s.Errorf("%s: %v", s.about, err)
		}
		g := s.sites()[0].Groups[0]
		if g.Percent != d.share || g.Paused() != d.paused {
			s.Errorf("%s\nafterwards %+v; wanted %d%% to b, paused %t\n%s", s.about, g, d.share, d.paused, s.state())
		}
		if again := s.plan(desire(s, recipe), kind.Apply); d.paused && !again.Empty() && (mode == kind.Apply || d.recipe == "") {
			s.Errorf("%s\nthen there is something to do:\n%s", s.about, steps(again))
		}
		time.Sleep(time.Second)
	}
}

func titles(all []plan.Step) string {
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "  %s\n", s.Title)
	}
	return b.String()
}

func inOrder(all []plan.Step, words string) bool {
	if words == "" || words == "none" {
		return words == "" || len(all) == 0
	}
	text := titles(all)
	for word := range strings.SplitSeq(words, ", ") {
		_, rest, found := strings.Cut(text, word)
		if !found {
			return false
		}
		text = rest
	}
	return true
}

func noted(notes []plan.Note, part string) bool {
	for _, n := range notes {
		if part != "" && strings.Contains(n.Text, part) {
			return true
		}
	}
	return part == ""
}

// Switchovers wait for somebody, go on and go back, and nobody's request is lost.
func TestPauses(t *testing.T) {
	t.Parallel()
	one, two, three := web("1", "count = 2")+asked, web("2", "count = 2")+asked, web("3", "count = 2")+asked
	pauses := do{recipe: two, steps: `stage "canary": 10%, hold stage "canary", pause after stage "canary"`, later: `stage "half", stage "full", drain shop-web-, stop`, share: 10, paused: true}
	promoted := do{mode: kind.Promote, steps: `wait for, stage "half": 50%, hold, stage "full", pause after stage "full"`, later: "drain, stop", share: 100, paused: true}
	for name, all := range map[string][]do{
		"promoted": {pauses, {steps: "none", note: "paused since", share: 10, paused: true}, promoted,
			{mode: kind.Promote, steps: "wait for, see that every new container still runs, drain, stop", share: 100}, {steps: "none", share: 100}},
		"reverted":           {pauses, {mode: kind.Revert, steps: "give all traffic of web back, drain, stop, remove"}},
		"reverted at all":    {pauses, promoted, {mode: kind.Revert, steps: "give all traffic of web back, drain, stop, remove"}},
		"rolled back":        {pauses, {mode: kind.Rollback, steps: "give all traffic of web back, drain, stop, remove"}},
		"repeated":           {pauses, {mode: kind.Repeat, steps: `stage "canary": 10%, hold, pause after stage "canary"`, later: "half", share: 10, paused: true}, promoted},
		"back by the recipe": {pauses, {recipe: one, steps: "give all traffic of web back, drain, stop, remove"}},
		"yet another":        {pauses, {recipe: three, steps: `give all traffic back, drain what an unfinished switch left, stage "canary", pause`, later: "half", share: 10, paused: true}, promoted},
		"count":              {pauses, {recipe: web("2", "count = 3") + asked, steps: "none", note: "2 containers run and there should be 3", share: 10, paused: true}},
		"in place":           {pauses, {recipe: web("2", "count = 2\n limits { memory = \"64MiB\" }") + asked, steps: "update shop-web-, update shop-web-", note: "paused since", share: 10, paused: true}},
		"more were kept": {{recipe: web("3", "count = 3") + canary, share: 100}, {recipe: web("1", "count = 2") + canary}, {recipe: web("3", "count = 2") + asked, share: 10, paused: true},
			{mode: kind.Promote, share: 100, paused: true}, {mode: kind.Promote, steps: "stop, remove shop-web-", share: 100}, {steps: "none", share: 100}},
		"other stages": {pauses, {mode: kind.Promote, recipe: web("2", "count = 2") + canary, steps: `stage "half", stage "full", drain, stop`, share: 100}},
		"no stages":    {pauses, {mode: kind.Promote, recipe: web("2", "count = 2"), steps: `stage "full", drain, stop`, share: 100}},
		"route": {pauses, {recipe: service("web", "2", "count = 2") + port("route { to = service.web.http }\n route {\n host = \"a.example\"\n to = service.web.http\n }") + asked,
			steps: "set the routes", share: 10, paused: true}},
		"another recipe promoted": {pauses, {mode: kind.Promote, recipe: three, steps: `stage "half": 50% of the traffic to release`, share: 100, paused: true}},
		"one of all": {pauses, {mode: kind.Promote, part: "switchover.web", steps: `stage "half", stage "full"`, share: 100, paused: true},
			{mode: kind.Revert, part: "service.web", steps: "give all traffic of web back, drain, stop, remove"}},
		"nothing to decide": {{mode: kind.Promote, steps: "none"}, {mode: kind.Revert, steps: "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, func(s *scene) {
				s.apply(desire(s, one), kind.Apply)
				s.send(simulated.ClientOptions{})
				time.Sleep(time.Second)
				s.play(one, all)
				s.unharmed()
			})
		})
	}
}

// TestPausesOnFailure fails a step of each stage: the traffic stays where it is, and both releases run, until somebody
// decides.
func TestPausesOnFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step  plan.ID
		share int
		then  do
	}{
		"canary, repeated": {"web/hold/canary", 10, do{mode: kind.Repeat, steps: `stage "canary", hold stage "canary", stage "half", drain`, share: 100}},
		"canary, promoted": {"web/hold/canary", 10, do{mode: kind.Promote, steps: `stage "half", hold stage "half", stage "full", drain`, share: 100}},
		"half, reverted":   {"web/hold/half", 50, do{mode: kind.Revert, steps: "give all traffic of web back, drain, stop, remove"}},
		"shift":            {"web/shift/half", 10, do{mode: kind.Promote, steps: `stage "half"`, share: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, func(s *scene) {
				one, two := web("1", "count = 2")+stays, web("2", "count = 2")+stays
				s.apply(desire(s, one), kind.Apply)
				s.send(simulated.ClientOptions{})
				p := s.plan(desire(s, two), kind.Apply)
				done, err := s.try(p, simulated.ApplyOptions{Wrap: rehearse.Accident{Kind: rehearse.Failure, Step: c.step}.Wrap(s.World)})
				g := s.sites()[0].Groups[0]
				if err == nil || len(done.Reverted) > 0 || g.Percent != c.share || !g.Paused() || !g.Switch.Pause.Failed || !strings.Contains(g.Switch.Pause.Why, "made to fail") {
					s.Errorf("%v, reverted %v, %+v", err, done.Reverted, g.Switch)
				}
				s.play(two, []do{{note: "made to fail", share: c.share, paused: true}, c.then})
				s.unharmed()
			})
		})
	}
}

// TestDiesWhilePaused stops a container of the release that waits: an apply says so and leaves all as it is, since both
// releases serve, and promote starts another.
func TestDiesWhilePaused(t *testing.T) {
	in(t, func(s *scene) {
		one, two := web("1", "count = 2")+asked, web("2", "count = 2")+asked
		s.apply(desire(s, one), kind.Apply)
		s.apply(desire(s, two), kind.Apply)
		s.send(simulated.ClientOptions{})
		time.Sleep(time.Second)
		if err := s.stop(s.of("2")[0]); err != nil {
			s.Fatalf("%v", err)
		}
		s.notice()
		s.play(two, []do{{steps: "none", note: "1 container runs and there should be 2", share: 10, paused: true},
			{mode: kind.Promote, steps: `wait for, stage "half"`, share: 100, paused: true}})
		running := slices.DeleteFunc(s.of("2"), func(name string) bool {
			one, err := s.Engine.Container(s.ctx, name)
			return err != nil || one.State != engine.Running
		})
		if len(running) != 2 {
			s.Errorf("of the release only %v run:\n%s", running, s.state())
		}
		s.bound += time.Minute // the one that was stopped had requests in hand
		s.unharmed()
	})
}

// TestDestroyWhilePaused destroys a recipe whose switchover waits, and is broken off at each moment before it does so.
func TestDestroyWhilePaused(t *testing.T) {
	t.Parallel()
	for n, killed := 1, true; killed; n++ {
		in(t, func(s *scene) {
			s.parallel = 1
			one, two := web("1", "count = 2")+asked, web("2", "count = 2")+asked
			s.apply(desire(s, one), kind.Apply)
			s.apply(desire(s, two), kind.Apply)
			if !s.waits() {
				s.Fatalf("it is not paused:\n%s", s.state())
			}
			p := s.plan(desire(s, two), kind.Destroy)
			s.proved(p.Plan)
			done, err := s.try(p, simulated.ApplyOptions{Kill: func(m simulated.Moment) bool { return m.N == n }})
			if killed = done.Killed; !killed && err != nil {
				s.Fatalf("destroying: %v\n%s", err, s.state())
			}
			time.Sleep(time.Minute)
			if killed {
				s.apply(desire(s, two), kind.Destroy)
			}
			s.settled(desire(s, two), kind.Destroy)
		})
		if n > 200 {
			t.Fatal("it never comes to its end")
		}
	}
}

// A failure before any traffic has moved goes back, whatever the recipe says of failures.
func TestNothingToPauseYet(t *testing.T) {
	in(t, func(s *scene) {
		one, two := web("1", "")+stays, web("2", "")+stays
		s.apply(desire(s, one), kind.Apply)
		p := s.plan(desire(s, two), kind.Apply)
		done, err := s.try(p, simulated.ApplyOptions{Wrap: rehearse.Accident{Kind: rehearse.Failure, Step: p.Steps[2].ID}.Wrap(s.World)})
		if err == nil || len(done.Reverted) != 1 || len(done.Paused) != 0 || s.sites()[0].Groups[0].Switch != nil {
			s.Errorf("%v %+v %+v", err, done.Result, s.sites()[0].Groups[0])
		}
		s.settled(desire(s, one), kind.Apply)
	})
}

// TestResumes ends an apply at each stage: the next one goes on there, and not with the first.
func TestResumes(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"canary", "half", "full"} {
		t.Run(stage, func(t *testing.T) {
			in(t, func(s *scene) {
				one, two := web("1", "count = 2")+canary, web("2", "count = 2")+canary
				s.apply(desire(s, one), kind.Apply)
				s.send(simulated.ClientOptions{})
				p := s.plan(desire(s, two), kind.Apply)
				step := plan.ID("web/shift/" + stage)
				done, _ := s.try(p, simulated.ApplyOptions{Wrap: rehearse.Accident{Kind: rehearse.Crash, Step: step, After: true}.Wrap(s.World)})
				if !done.Killed {
					s.Fatalf("not killed at %s", step)
				}
				p = s.plan(desire(s, two), kind.Apply)
				for _, step := range p.Steps {
					if step.Op == edge.OpShift {
						if step.ID != "web/shift/"+plan.ID(stage) {
							s.Errorf("it goes on with %s:\n%s", step.ID, steps(p))
						}
						break
					}
				}
				if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
					s.Errorf("%v", err)
				}
				s.settled(desire(s, two), kind.Apply)
			})
		})
	}
}
