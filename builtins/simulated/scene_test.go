package simulated_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// failer is what tests of package testing and of rapid have in common.
type failer interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
	Logf(string, ...any)
}

// scene is a world under test.
type scene struct {
	failer
	*simulated.World
	ctx      context.Context
	clients  []*simulated.Client
	runs     map[string]int // starts of programs, by container
	bound    time.Duration  // that plans declared as interruptions, one after the other
	parallel int
	about    string // what went before, for failures
}

func newScene(t failer) *scene {
	s := &scene{failer: t, ctx: context.Background(), runs: map[string]int{}, parallel: 1}
	s.World = simulated.New(simulated.Options{App: func(c engine.ContainerSpec) sim.App {
		s.runs[c.Name]++
		a := app(c)
		if slices.Contains(c.Env, "BEHAVIOUR=deaf") && s.runs[c.Name] > 1 { // started again, it never listens
			a.Boot = 24 * time.Hour
		}
		return a
	}})
	return s
}

// app is what containers of the tests run, as their BEHAVIOUR says.
func app(c engine.ContainerSpec) sim.App {
	a := simulated.DefaultApp(c)
	if strings.HasPrefix(c.Labels[label.Addr], "job.") {
		return sim.App{RunFor: 2 * time.Second}
	}
	for _, v := range c.Env {
		switch v {
		case "BEHAVIOUR=sick":
			a.Probe = func(string) (int, string) { return 503, "sick" }
		case "BEHAVIOUR=crash":
			a.RunFor, a.ExitCode = 4*time.Second, 1
		case "BEHAVIOUR=mortal":
			a.RunFor, a.ExitCode = 3*time.Second, 1
		}
	}
	return a
}

// in runs f on a new scene in virtual time.
func in(t *testing.T, f func(*scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		defer s.end()
		f(s)
	})
}

func (s *scene) end() {
	for _, c := range s.clients {
		c.Stop()
	}
	s.clients = nil
	s.Close()
	time.Sleep(2 * time.Minute) // restarts that were due find nothing to do
}

func (s *scene) send(o simulated.ClientOptions) {
	if o.Port == 0 {
		o.Port = 80
	}
	s.clients = append(s.clients, s.Client(o))
}

func (s *scene) plan(d *state.Desired, mode kind.Mode) *simulated.Planned {
	s.Helper()
	p, diags, err := s.Plan(s.ctx, d, mode)
	if err != nil || diags.HasErrors() {
		s.Fatalf("planning: %v %v\n%s\nnow:\n%s", err, diags, s.about, s.state())
	}
	return p
}

// try applies and returns how it ended.
func (s *scene) try(p *simulated.Planned, o simulated.ApplyOptions) (simulated.Applied, error) {
	o.Parallelism = s.parallel
	for _, i := range p.Interruptions {
		if !i.Held { // nobody is away for so long that requests stop waiting
			s.bound += i.Bound
		}
	}
	return s.Apply(s.ctx, p, o)
}

// apply plans and applies, which must succeed.
func (s *scene) apply(d *state.Desired, mode kind.Mode) *simulated.Planned {
	s.Helper()
	p := s.plan(d, mode)
	if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
		s.Fatalf("applying: %v\n%s\n%s", err, steps(p), s.Engine.Dump())
	}
	return p
}
