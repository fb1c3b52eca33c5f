package simulated_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/faulty"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

var (
	faultSeed  = flag.Uint64("faults.seed", 1, "the first seed of the plans whose calls go wrong")
	faultCases = flag.Int("faults.n", 100, "how many of them")
)

// TestFaults applies random changes while the calls to the engine and the edge fail, are lost, hang, or come back half,
// and again without any of that. Whatever goes wrong, who is served stays served, the apply ends, and the next one makes
// things right. The first of these cannot be promised where an answer is not true, nor of a single writer for longer than its
// hold, once the way back fails, too, or hangs.
//
// "make faults SEED=N N=1" repeats a case.
func TestFaults(t *testing.T) {
	t.Parallel()
	struck := 0
	for i := range *faultCases {
		c := faultyCase{seed: *faultSeed + uint64(i)}
		said := &sayings{}
		synctest.Test(t, func(*testing.T) { said.suffer(&c) })
		if struck += len(c.faults.Struck()); said.failed {
			t.Errorf("repeat it with: make faults SEED=%d N=1\n%s", c.seed, said.text.String())
		}
	}
	t.Logf("%d plans, %d faults", *faultCases, struck)
	if struck == 0 && *faultCases > 10 {
		t.Error("nothing went wrong")
	}
}

// faultyCase is a change from one recipe to another, and what goes wrong meanwhile.
type faultyCase struct {
	seed     uint64
	from, to wish
	faults   faulty.Faults
	lies     bool
}

// draw draws it from its seed.
func (c *faultyCase) draw() {
	draw := rand.New(rand.NewPCG(c.seed, 6))
	example := func() wish { return wishes().Example(int(draw.Uint32() >> 1)) }
	c.from, c.to = example(), example()
	c.lies = draw.IntN(4) == 0
	c.faults = faulty.Faults{Seed: c.seed, Kinds: faulty.Honest(), Late: 7 * time.Second, Rate: []float64{0.02, 0.06, 0.2}[draw.IntN(3)]}
	if c.lies {
		c.faults.Kinds = append(c.faults.Kinds, faulty.Wrong)
	}
}

// outlastsHold tells whether requests for a single writer may have waited for longer than they do.
func (c *faultyCase) outlastsHold() bool {
	struck := c.faults.Struck()
	hangs := slices.ContainsFunc(struck, func(s string) bool { return strings.HasPrefix(s, string(faulty.Hang)) })
	return (c.from.Exclusive || c.to.Exclusive) && (len(struck) > 1 || hangs)
}

// suffer plays a case.
func (n *sayings) suffer(c *faultyCase) {
	c.draw()
	s := newScene(n)
	defer func() {
		if p := recover(); p != nil && p != errStop {
			panic(fmt.Sprintf("make faults SEED=%d N=1: %v", c.seed, p))
		}
		s.end()
	}()
	n.Logf("from %+v\nto %+v", c.from, c.to)
	s.apply(desire(s, c.from.recipe()), kind.Apply)
	to := desire(s, c.to.recipe())
	s.attend(act{Wish: c.to})
	s.strike(c, to)
	if c.lies || c.outlastsHold() {
		s.abandon()
	}
	s.about = fmt.Sprintf("what went wrong: %q\nstands:\n%s", c.faults.Struck(), s.state())
	s.apply(to, kind.Apply)
	if s.settled(to, kind.Apply); n.failed {
		n.Logf("%s", s.about)
	}
}

// strike plans and applies while calls go wrong. Either may fail, and must end. A plan that fails has changed nothing.
func (s *scene) strike(c *faultyCase, to *state.Desired) {
	const limit = 12 * time.Hour
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	s.Through = func(e engine.Engine, front proxy.Edge) (engine.Engine, proxy.Edge) {
		return faulty.Engine(e, &c.faults), faulty.Edge(front, &c.faults)
	}
	defer func() { s.Through = nil }()
	stood := s.state()
	planning, stop := context.WithTimeout(ctx, time.Minute) // whoever waits for an engine that hangs gives up, as a client does
	defer stop()
	p, diags, err := s.Plan(planning, to, kind.Apply)
	if failed := err != nil || diags.HasErrors(); failed && len(c.faults.Struck()) == 0 {
		s.Fatalf("planning failed though nothing went wrong: %v %v", err, diags)
	} else if failed {
		s.Logf("planning ended with %v %v", err, diags)
		if now := s.state(); now != stood {
			s.Errorf("a plan changed\n%s\nto\n%s", stood, now)
		}
		return
	}
	whole := s.ctx
	s.ctx = ctx
	_, err = s.try(p, simulated.ApplyOptions{})
	s.ctx = whole
	if s.Logf("it ended with %v", err); ctx.Err() != nil {
		s.Errorf("it did not end within %s", limit)
	}
	if err != nil && len(c.faults.Struck()) == 0 {
		s.Errorf("it failed though nothing went wrong")
	}
}

// abandon stops the clients, whatever they lost.
func (s *scene) abandon() {
	for _, c := range s.clients {
		c.Stop()
	}
	s.clients = nil
}
