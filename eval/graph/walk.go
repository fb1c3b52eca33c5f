package graph

// Cycle returns the path of one cycle: each node needs the next, and the last is the first again. It returns
// nil where there is none, and always the same cycle for the same graph.
func (g *Graph[N]) Cycle() []N {
	if all := g.Cycles(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Cycles returns cycles that share no node, so that mistakes that have nothing to do with each other show at
// once. There may be more cycles, each through a node of one that is returned.
func (g *Graph[N]) Cycles() [][]N {
	var all [][]N
	done := make([]bool, len(g.nodes))
	for start := range g.nodes {
		if !done[start] {
			all = append(all, g.cyclesFrom(start, done)...)
		}
	}
	return all
}

// cyclesFrom looks among what start needs, depth first with a stack of its own. It leaves out nodes that are
// done, which are those that it has left and those of the cycles found.
func (g *Graph[N]) cyclesFrom(start int, done []bool) [][]N {
	var found [][]N
	path, next := []int{start}, []int{0}
	on := map[int]int{start: 0}
	leave := func(length int) {
		for _, node := range path[length:] {
			done[node] = true
			delete(on, node)
		}
		path, next = path[:length], next[:length]
	}
	for len(path) > 0 {
		top := len(path) - 1
		needs := g.needs[path[top]]
		if next[top] == len(needs) {
			leave(top)
			continue
		}
		need := needs[next[top]]
		next[top]++
		if at, ok := on[need]; ok {
			found = append(found, g.names(append(path, need)[at:]))
			leave(at)
		} else if !done[need] {
			on[need] = len(path)
			path, next = append(path, need), append(next, 0)
		}
	}
	return found
}

func (g *Graph[N]) names(path []int) []N {
	out := make([]N, len(path))
	for i, n := range path {
		out[i] = g.nodes[n]
	}
	return out
}

// Below returns the nodes that n needs, directly or through others, in the order of insertion. n is among
// them only when it needs itself.
func (g *Graph[N]) Below(n N) []N { return g.reach(n, g.needs) }

// Above returns the nodes that need n, directly or through others, in the order of insertion.
func (g *Graph[N]) Above(n N) []N { return g.reach(n, g.users) }

// Reaches tells whether from needs to, directly or through others.
func (g *Graph[N]) Reaches(from, to N) bool {
	i, ok := g.index[from]
	j, has := g.index[to]
	if !ok || !has {
		return false
	}
	seen := make([]bool, len(g.nodes))
	g.mark(i, g.needs, seen)
	return seen[j]
}

func (g *Graph[N]) reach(n N, edges [][]int) []N {
	i, ok := g.index[n]
	if !ok {
		return nil
	}
	seen := make([]bool, len(g.nodes))
	g.mark(i, edges, seen)
	return g.pick(seen)
}

// mark sets all that edges lead to from a node.
func (g *Graph[N]) mark(from int, edges [][]int, seen []bool) {
	work := []int{from}
	for len(work) > 0 {
		node := work[len(work)-1]
		work = work[:len(work)-1]
		for _, to := range edges[node] {
			if !seen[to] {
				seen[to] = true
				work = append(work, to)
			}
		}
	}
}
