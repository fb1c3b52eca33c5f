package switchover

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/graph"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// After is what must be in place before a new release of a switchover's services starts: its jobs, and what it
// depends on.
func After(r *state.Resource, s Spec) []addr.Addr {
	var after []addr.Addr
	for _, job := range s.Before {
		if a, err := addr.Parse(job.Addr); err == nil {
			after = append(after, a)
		}
	}
	return append(after, r.Needs...)
}

// circles finds what would wait for itself: a job in the switch of a service that the job waits for, or one after it
// that the service waits for. What goes round without a switchover the evaluator has found.
func circles(blocks []*state.Resource, d *state.Desired) hcl.Diagnostics {
	type edge struct{ from, to addr.Addr }
	type said struct {
		r    *state.Resource
		path string
	}
	var waits graph.Graph[addr.Addr]
	by := map[edge]said{}
	for _, r := range blocks {
		s, _, err := Read(r.Spec)
		if err != nil {
			continue
		}
		wait := func(from, to addr.Addr, path string) {
			waits.AddEdge(from, to)
			by[edge{from, to}] = said{r, path}
		}
		for _, service := range addrs(s.Services) {
			for i, stage := range s.Stage {
				for _, job := range addrs(stage.Before) {
					wait(service, job, fmt.Sprintf("stage.%d.before", i))
				}
			}
			for _, to := range After(r, s) {
				wait(service, to, "before")
			}
			for _, job := range addrs(s.After) {
				wait(job, service, "after")
			}
		}
	}
	if len(by) == 0 {
		return nil
	}
	for _, r := range d.Resources {
		if r.Addr.Kind == "switchover" {
			continue
		}
		for _, need := range r.Needs {
			waits.AddEdge(r.Addr, need)
		}
	}
	circle := waits.Cycle()
	for i := 1; i < len(circle); i++ {
		by, known := by[edge{circle[i-1], circle[i]}]
		if !known {
			continue
		}
		return hcl.Diagnostics{diag.Errorf(diag.ReferenceCycle, by.r.At(by.path+".0"), "Circle of resources",
			"None of these can be started before the others: %s. Take one of them out of before, after or depends_on.", path(circle))}
	}
	return nil
}

func path(circle []addr.Addr) string {
	var names []string
	for _, a := range circle {
		names = append(names, a.String())
	}
	return strings.Join(names, " waits for ")
}
