package graph

import "container/heap"

// Order returns the nodes so that each comes after what it needs. Of several that could come next, the first
// by compare does, or the first added where compare is nil. It reports false where the graph has a cycle.
//
// It is Kahn's algorithm: count what each node waits for, hand out those that wait for nothing, and count
// down for their users. The heap adds a logarithm to the linear time.
func (g *Graph[N]) Order(compare func(a, b N) int) ([]N, bool) {
	waits := make([]int, len(g.nodes))
	ready := &queue[N]{nodes: g.nodes, compare: compare}
	for i := range g.nodes {
		waits[i] = len(g.needs[i])
		if waits[i] == 0 {
			ready.items = append(ready.items, i)
		}
	}
	heap.Init(ready)
	out := make([]N, 0, len(g.nodes))
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		out = append(out, g.nodes[i])
		for _, user := range g.users[i] {
			if waits[user]--; waits[user] == 0 {
				heap.Push(ready, user)
			}
		}
	}
	return out, len(out) == len(g.nodes)
}

// queue holds the nodes that wait for nothing.
type queue[N comparable] struct {
	nodes   []N
	compare func(a, b N) int
	items   []int
}

func (q *queue[N]) Len() int      { return len(q.items) }
func (q *queue[N]) Swap(i, j int) { q.items[i], q.items[j] = q.items[j], q.items[i] }
func (q *queue[N]) Push(x any)    { q.items = append(q.items, x.(int)) }

func (q *queue[N]) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	if q.compare != nil {
		if c := q.compare(q.nodes[a], q.nodes[b]); c != 0 {
			return c < 0
		}
	}
	return a < b
}

func (q *queue[N]) Pop() any {
	last := len(q.items) - 1
	item := q.items[last]
	q.items = q.items[:last]
	return item
}
