package orders

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
)

// Options say how much is played.
type Options struct {
	Orders int // random orders
	// Most is how many positions are looked at to play all orders; a plan that has more is not played whole.
	Most int
	// Random draws the orders.
	Random *rand.Rand
}

// Result is what came of a comparison.
type Result struct {
	// Wrong are the violations of moments and orders; Seen is what was seen of them.
	Wrong []plan.Violation
	Seen  Found
	Whole bool // all orders were played
}

// Compare holds what Validate says of a plan against what is seen when it is played. An error tells where they differ.
func Compare(p *plan.Plan, o Options) (Result, error) {
	r := Result{}
	g, err := newGame(p)
	if err != nil {
		return r, err
	}
	vague := false
	said := Found{}
	for _, v := range plan.Validate(p) {
		if static(v) {
			continue
		}
		vague = vague || v.Invariant == 0
		r.Wrong = append(r.Wrong, v)
		said[v.Text] = true
	}
	if unclear := g.unclear(); vague != (len(unclear) > 0) {
		return r, fmt.Errorf("Validate says:\n%sand these have no order: %s", lines(r.Wrong), strings.Join(unclear, "; "))
	}
	if vague {
		return r, nil // what is seen depends on chance
	}
	if r.Seen, err = Some(p, o.Orders, o.Random); err != nil {
		return r, err
	}
	all, whole, err := All(p, o.Most)
	if err != nil {
		return r, err
	}
	r.Whole = whole
	maps.Copy(r.Seen, all)
	return r, r.differ(g, said)
}

// differ tells what was seen and not said, and what was said and cannot be seen.
func (r Result) differ(g *game, said Found) error {
	for _, text := range slices.Sorted(maps.Keys(r.Seen)) {
		if !said[text] && !(follows(text) && unsteady(said)) {
			return fmt.Errorf("it was seen that %s, and Validate says:\n%s", text, lines(r.Wrong))
		}
	}
	for _, v := range r.Wrong {
		if r.Whole && !r.Seen[v.Text] {
			return fmt.Errorf("Validate says:\n%sand in all orders that was not seen", lines([]plan.Violation{v}))
		}
		if !r.Seen[v.Text] && !g.shows(v) {
			return fmt.Errorf("Validate says:\n%sand its own example does not show that", lines([]plan.Violation{v}))
		}
	}
	return nil
}

// static tells whether a violation is about what stands in a plan rather than about moments and orders.
func static(v plan.Violation) bool {
	about := func(text string) bool { return strings.Contains(v.Text, text) }
	return v.Invariant == 3 || v.Invariant == 5 || about("no interruption says so") || about("has no bound") || about("is protected and would be removed")
}

// follows tells whether something may be no more than what comes of a server that is ready and has no live instance,
// which Validate has said then.
func follows(text string) bool { return strings.Contains(text, "has no ready server that passed") }

func unsteady(said Found) bool {
	for text := range said {
		for _, of := range []string{"passes its checks while", "becomes ready before", "stops before it drained"} {
			if strings.Contains(text, of) {
				return true
			}
		}
	}
	return false
}

// shows plays the example that Validate gives: the steps of its order, each as far as it may have come, and then the way
// back. Those that others of the order wait for are done.
func (g *game) shows(v plan.Violation) bool {
	var steps, open []int
	for _, id := range v.Order {
		n, _ := g.graph.Index(id)
		steps = append(steps, n)
	}
	for _, n := range steps {
		if !slices.ContainsFunc(steps, func(other int) bool { return slices.Contains(g.needs[other], n) }) {
			open = append(open, n)
		}
	}
	for variant, more := 0, true; more && variant < 20_000; variant++ {
		p, rest := g.start(), variant
		before := maps.Clone(g.found)
		for _, n := range steps {
			events := len(g.plan.Steps[n].Effects) + 2
			if slices.Contains(open, n) {
				rest, events = rest/events, events-rest%events
			}
			for range events {
				g.advance(&p, n)
			}
		}
		more = rest == 0
		g.finish(&p, v)
		if g.found[v.Text] {
			return true
		}
		g.found = before
	}
	return false
}

// finish goes on from the position of an example: with the steps that are to blame, and with the way back.
func (g *game) finish(p *position, v plan.Violation) {
	blame := func() {
		side := p.clone()
		for _, id := range v.Steps {
			for n, ok := g.graph.Index(id); ok && g.free(&side, n); {
				g.advance(&side, n)
			}
		}
	}
	if blame(); v.Group == "" {
		if len(v.Order) == 0 {
			g.through(p)
		}
		return
	}
	if !g.fail(p, v.Group) {
		return
	}
	for blame(); p.returning(); blame() {
		g.goBack(p)
	}
	g.returned(p)
}

// through plays all that is left.
func (g *game) through(p *position) {
	for step := 0; step < len(g.plan.Steps); step++ {
		if g.free(p, step) {
			g.advance(p, step)
			step = -1
		}
	}
	g.over(p)
}

func lines(list []plan.Violation) string {
	var b strings.Builder
	for _, v := range list {
		b.WriteString("  " + v.Error() + "\n")
	}
	return b.String()
}
