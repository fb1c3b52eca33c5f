// Package graph orders things that need each other.
//
// A graph holds nodes of any comparable type and edges that lead from a node to what it needs. All questions
// are answered in time linear in the size of the graph and without recursion, so that a chain of a hundred
// thousand resources is no danger to the stack. Answers never depend on chance: nodes keep the order in which
// they were added, edges too, and whatever leaves a choice is decided by it or by a comparison given.
package graph

// Graph is a directed graph. The zero value is empty and ready for use.
type Graph[N comparable] struct {
	index map[N]int
	nodes []N
	needs [][]int // by node: the nodes that it needs, in the order of insertion
	users [][]int // by node: the nodes that need it
}

// AddNode adds a node; adding one twice changes nothing.
func (g *Graph[N]) AddNode(n N) { g.add(n) }

func (g *Graph[N]) add(n N) int {
	if i, ok := g.index[n]; ok {
		return i
	}
	if g.index == nil {
		g.index = map[N]int{}
	}
	i := len(g.nodes)
	g.index[n] = i
	g.nodes = append(g.nodes, n)
	g.needs = append(g.needs, nil)
	g.users = append(g.users, nil)
	return i
}

// AddEdge says that from needs to, adding both where they are missing. An edge may be added twice: it counts
// once for the order, and costs twice the memory.
func (g *Graph[N]) AddEdge(from, to N) {
	i, j := g.add(from), g.add(to)
	g.needs[i] = append(g.needs[i], j)
	g.users[j] = append(g.users[j], i)
}

// Len is the number of nodes.
func (g *Graph[N]) Len() int { return len(g.nodes) }

// Has tells whether n was added.
func (g *Graph[N]) Has(n N) bool {
	_, ok := g.index[n]
	return ok
}

// Nodes are the nodes in the order of insertion.
func (g *Graph[N]) Nodes() []N { return g.pick(nil) }

// Needs are what n needs directly, in the order of insertion.
func (g *Graph[N]) Needs(n N) []N {
	i, ok := g.index[n]
	if !ok {
		return nil
	}
	out := make([]N, len(g.needs[i]))
	for k, j := range g.needs[i] {
		out[k] = g.nodes[j]
	}
	return out
}

// pick returns the nodes that are marked, all of them for nil, in the order of insertion.
func (g *Graph[N]) pick(marked []bool) []N {
	var out []N
	for i, n := range g.nodes {
		if marked == nil || marked[i] {
			out = append(out, n)
		}
	}
	return out
}
