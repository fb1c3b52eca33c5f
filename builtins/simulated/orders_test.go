package simulated_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/deployrecipe/recipe/eval/evaltest/orders"
	"github.com/deployrecipe/recipe/eval/plan"
)

// proved plays a plan in a hundred random orders, with each way back, and in all of them where they are few. What is
// seen must be what Validate says: nothing, and of copies of the plan that are broken in one place, what breaks.
func (s *scene) proved(p *plan.Plan) {
	s.Helper()
	draws := rand.New(rand.NewChaCha8([32]byte([]byte(plan.Digest(p)))))
	r, err := orders.Compare(p, orders.Options{Orders: 100, Most: 2000, Random: draws})
	if err != nil || len(r.Wrong) > 0 {
		s.Fatalf("%v\n%v\n%s", err, r.Wrong, effects(p))
	}
	for range 4 {
		broken, what := orders.Broken(p, draws)
		if _, err := orders.Compare(broken, orders.Options{Orders: 20, Most: 1000, Random: draws}); err != nil {
			s.Fatalf("changed: %s\n%v\n%s", what, err, effects(broken))
		}
	}
}

// effects writes what a plan does that others notice.
func effects(p *plan.Plan) string {
	var b strings.Builder
	for _, list := range [][]plan.Step{p.Steps, p.Undo} {
		for _, s := range list {
			fmt.Fprintf(&b, "  %s group=%q needs=%v provides=%v undo=%v commit=%v:", s.ID, s.Group, s.Needs, s.Provides, s.Undo, s.Commit)
			for _, e := range s.Effects {
				fmt.Fprintf(&b, " %+v", e)
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "  traffic %+v\n  interruptions %+v\n", p.Traffic, p.Interruptions)
	return b.String()
}
