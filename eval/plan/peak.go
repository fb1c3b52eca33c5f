package plan

// Peak is the most memory that a recipe's containers may take at once while a plan is carried out, by their limits.
type Peak struct {
	Memory int64 // bytes
	// Step is the one with which it is reached, empty where it is before the first.
	Step ID
	// Unlimited are the containers that run at some time and have no limit, each once: what they take is not in it.
	Unlimited []string
}

// PeakOf runs a plan in its head, in an order that puts off whatever frees memory for as long as anything else can be
// done: so that both releases stand, and those of all services that may switch at once. The order is one that the graph
// allows, so the peak can be reached. It takes time in proportion to the steps and what they need.
func PeakOf(g *Graph, running []Use) Peak {
	w := &weighing{graph: g, holds: map[string]int64{}, waits: make([]int, g.Len()), unlimited: map[string]bool{}}
	w.run("", running)
	for n := range w.waits {
		if w.waits[n] = len(g.Needs(n)); w.waits[n] == 0 {
			w.free(n)
		}
	}
	for len(w.now)+len(w.later) > 0 {
		n := 0
		if len(w.now) > 0 {
			n, w.now = w.now[0], w.now[1:]
		} else {
			n, w.later = w.later[0], w.later[1:]
		}
		w.do(n)
	}
	return w.peak
}

type weighing struct {
	graph *Graph
	peak  Peak
	holds map[string]int64 // by container that runs
	sum   int64
	waits []int
	// now are nodes that can be done and free nothing, later those that do.
	now, later []int
	unlimited  map[string]bool
}

// free queues a node all of whose needs are done. What a job takes is freed by its end, so it begins here.
func (w *weighing) free(n int) {
	step := w.graph.Step(n)
	if step == nil || len(stops(step)) == 0 {
		w.now = append(w.now, n)
		return
	}
	w.run(step.ID, step.Runs)
	w.later = append(w.later, n)
}

func (w *weighing) do(n int) {
	if step := w.graph.Step(n); step != nil {
		w.run(step.ID, step.Runs)
		for _, name := range stops(step) {
			w.sum -= w.holds[name]
			delete(w.holds, name)
		}
	}
	for _, d := range w.graph.Dependents(n) {
		if w.waits[d]--; w.waits[d] == 0 {
			w.free(d)
		}
	}
}

// run lets containers run, or gives those that do another limit.
func (w *weighing) run(step ID, uses []Use) {
	for _, u := range uses {
		w.sum += u.Memory - w.holds[u.Name]
		w.holds[u.Name] = u.Memory
		if u.Memory == 0 && !w.unlimited[u.Name] {
			w.unlimited[u.Name] = true
			w.peak.Unlimited = append(w.peak.Unlimited, u.Name)
		}
	}
	if w.sum > w.peak.Memory {
		w.peak.Memory, w.peak.Step = w.sum, step
	}
}

// stops names the containers that do not run any more after a step.
func stops(s *Step) []string {
	var names []string
	for _, e := range s.Effects {
		if e.Kind == Stop {
			names = append(names, e.Instance)
		}
	}
	for _, u := range s.Runs {
		if u.Ends {
			names = append(names, u.Name)
		}
	}
	return names
}
