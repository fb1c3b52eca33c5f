package simulated_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/deployrecipe/recipe/builtins/container"
	proxysim "github.com/deployrecipe/recipe/builtins/proxy/sim"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// wish is a random recipe, small enough to read when it fails.
type wish struct {
	Web, API  string // releases; API is empty where there is none
	WebCount  int
	APICount  int
	Port      bool // a port leads to both
	Exclusive bool // web holds its mount alone
	Switch    string
	Worker    string // its release, empty where there is none
}

// recipe writes it down.
func (w wish) recipe() string {
	var b strings.Builder
	more := fmt.Sprintf("count = %d\n", w.WebCount)
	if w.Exclusive {
		more = fmt.Sprintf("count = %d\n  %s", min(1, w.WebCount), exclusive)
	}
	b.WriteString(service("web", w.Web, more))
	routes := "route { to = service.web.http }"
	if w.API != "" {
		b.WriteString(service("api", w.API, fmt.Sprintf("count = %d", w.APICount)))
		routes = bothRoutes
	}
	if w.Port {
		b.WriteString(port(routes))
	}
	if w.Worker != "" {
		b.WriteString(worker(w.Worker, ""))
	}
	switch {
	case w.Switch == "stages":
		b.WriteString(canary)
	case w.Switch == "asked" && !w.Exclusive && w.Port:
		b.WriteString(asked)
	case w.Switch == "stays" && !w.Exclusive:
		b.WriteString(stays)
	case w.Switch == "standby" && w.Port && !w.Exclusive:
		b.WriteString(standby)
	case w.Switch == "standby together" && w.API != "" && w.Port && !w.Exclusive:
		b.WriteString(standTogether)
	case w.Switch == "together" && w.API != "":
		b.WriteString(together)
	}
	return b.String()
}

func wishes() *rapid.Generator[wish] {
	return rapid.Custom(func(t *rapid.T) wish {
		release := rapid.SampledFrom([]string{"a", "b", "c"})
		maybe := rapid.SampledFrom([]string{"", "a", "b"})
		return wish{
			Web: release.Draw(t, "web"), API: maybe.Draw(t, "api"), WebCount: rapid.IntRange(0, 3).Draw(t, "count"),
			APICount: rapid.IntRange(0, 2).Draw(t, "api count"), Port: rapid.IntRange(0, 4).Draw(t, "port") > 0,
			Exclusive: rapid.IntRange(0, 6).Draw(t, "exclusive") == 0,
			Switch:    rapid.SampledFrom([]string{"", "stages", "together", "asked", "stays", "standby", "standby together"}).Draw(t, "switch"), Worker: maybe.Draw(t, "worker"),
		}
	})
}

// act is one thing that happens to a recipe.
type act struct {
	Wish     wish
	Mode     kind.Mode
	Kill     int // the moment, 0 for none
	Parallel int
}

func acts() *rapid.Generator[act] {
	return rapid.Custom(func(t *rapid.T) act {
		a := act{Wish: wishes().Draw(t, "wish"), Mode: kind.Apply, Parallel: 10}
		if rapid.Bool().Draw(t, "killed") { // one step at a time, so that it is the same moment in each run
			a.Kill, a.Parallel = rapid.IntRange(1, 60).Draw(t, "moment"), 1
		}
		if rapid.IntRange(0, 7).Draw(t, "back") == 0 {
			a.Mode = rapid.SampledFrom([]kind.Mode{kind.Rollback, kind.Promote, kind.Repeat, kind.Revert}).Draw(t, "mode")
		}
		return a
	})
}

// TestRandom applies random recipes one after the other, some broken off, and at last one to its end.
func TestRandom(t *testing.T) {
	t.Parallel()
	random.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(acts(), 1, 5).Draw(rt, "acts")
		last := wishes().Draw(rt, "last")
		// Rapid's own failures must not cross the border of a bubble.
		said := &sayings{}
		synctest.Test(t, func(*testing.T) { said.run(all, last) })
		if said.failed {
			rt.Fatalf("%s", said.text.String())
		}
	})
}

// run plays the acts.
func (n *sayings) run(all []act, last wish) {
	s := newScene(n)
	defer func() {
		if p := recover(); p != nil && p != errStop {
			panic(p)
		}
		s.end()
	}()
	for i, a := range append(all, act{Wish: last, Mode: kind.Apply, Parallel: 10}) {
		n.Logf("%d: %+v", i, a)
		s.act(a)
	}
	s.settled(desire(s, last.recipe()), kind.Apply)
}

// act applies. Clients send to what is served before and after; an apply that opens or closes their door stops them.
func (s *scene) act(a act) {
	s.parallel = a.Parallel
	d := desire(s, a.Wish.recipe())
	p := s.plan(d, a.Mode)
	s.proved(p.Plan)
	if a.Mode == kind.Apply {
		s.forgetful(d, p, a.Wish.Port)
	}
	s.attend(a)
	var kill func(simulated.Moment) bool
	if a.Kill > 0 {
		kill = func(m simulated.Moment) bool { return m.N == a.Kill }
	}
	done, err := s.try(p, simulated.ApplyOptions{Kill: kill})
	if done.Killed {
		s.Logf("   killed at %v", done.Moments[len(done.Moments)-1])
	} else if err != nil {
		s.Fatalf("applying: %v\n%s\n%s", err, steps(p), s.state())
	}
	time.Sleep(3 * time.Second)
}

// forgetful checks that without the record the same steps are planned, whatever apply was broken off before.
func (s *scene) forgetful(d *state.Desired, p *simulated.Planned, port bool) {
	s.Helper()
	recall := s.Forget(d.Recipe.Name)
	without := s.plan(d, kind.Apply)
	recall()
	if with, without := done(p, port), done(without, port); with != without {
		s.Fatalf("with the record the steps are\n%s\nand without it\n%s", with, without)
	}
}

// done is all that a plan would do, without why. Where several releases of what no port leads to run, since an apply was broken off,
// only the record knows which one was seen to be fit, and so which one is worth keeping when it was stopped.
func done(p *simulated.Planned, port bool) string {
	var b strings.Builder
	for _, all := range [][]plan.Step{p.Steps, p.Undo} {
		for _, s := range all {
			if s.Op == container.OpRemove && (s.Addr.Name == "work" || !port) {
				continue
			}
			s.Cause = plan.Cause{}
			fmt.Fprintf(&b, "%s\n", plan.Raw(s))
		}
	}
	return b.String()
}

// attend has a client for each path that is answered now, and will be when a is done.
func (s *scene) attend(a act) {
	for _, c := range s.clients {
		r := c.Stop()
		if lost := rehearse.Unannounced(r.Lost, s.bound); len(lost) > 0 {
			s.Fatalf("%d requests were lost, the first ones:\n%s%s", len(lost), lines(lost[:min(3, len(lost))]), s.state())
		}
	}
	s.clients, s.bound = nil, 0
	if !a.Wish.Port {
		return
	}
	for path, stays := range map[string]bool{"/": a.Wish.WebCount > 0, "/api": a.Wish.API != "" && a.Wish.APICount > 0} {
		if stays && s.answers(path) {
			s.send(simulated.ClientOptions{Path: path})
		}
	}
}

// answers tells whether a request would be answered.
func (s *scene) answers(path string) bool {
	target, err := s.Edge.Route(proxysim.Request{Port: 80, Path: path})
	if err != nil || !s.Engine.Running(s.Settings.Edge) || path == "/api" && !strings.HasPrefix(target.ID.Service, "api.") {
		return false
	}
	_, err = s.Engine.Dial(target.Address.Addr())
	return err == nil
}

// sayings collects what a scene has to say, as a test would.
type sayings struct {
	text   strings.Builder
	failed bool
}

var errStop = fmt.Errorf("stop")

func (n *sayings) Helper() {}

func (n *sayings) Logf(format string, args ...any) { fmt.Fprintf(&n.text, format+"\n", args...) }

func (n *sayings) Errorf(format string, args ...any) {
	n.failed = true
	n.Logf(format, args...)
}

func (n *sayings) Fatalf(format string, args ...any) {
	n.Errorf(format, args...)
	panic(errStop)
}
