package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// build makes a graph of lines such as "a: b c", which says that a needs b and c.
func build(lines string) *Graph[string] {
	g := &Graph[string]{}
	for line := range strings.SplitSeq(lines, ";") {
		node, needs, _ := strings.Cut(line, ":")
		node = strings.TrimSpace(node)
		if node == "" {
			continue
		}
		g.AddNode(node)
		for _, need := range strings.Fields(needs) {
			g.AddEdge(node, need)
		}
	}
	return g
}

func TestOrder(t *testing.T) {
	tests := []struct{ name, graph, inserted, sorted string }{
		{"empty", "", "", ""},
		{"alone", "b; a", "b a", "a b"},
		{"chain", "c: b; b: a", "a b c", "a b c"},
		{"diamond", "top: right left; right: base; left: base", "base right left top", "base left right top"},
		{"doubled edge", "a: b b; b:", "b a", "b a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := build(test.graph)
			got, ok := g.Order(nil)
			if s := strings.Join(got, " "); !ok || s != test.inserted {
				t.Errorf("by insertion: got %q (%v), want %q", s, ok, test.inserted)
			}
			got, ok = g.Order(cmp.Compare[string])
			if s := strings.Join(got, " "); !ok || s != test.sorted {
				t.Errorf("sorted: got %q (%v), want %q", s, ok, test.sorted)
			}
		})
	}
}

func TestCycle(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		{"none", "a: b c; b: c", ""},
		{"self", "a: a", "a a"},
		{"entered from outside", "x: a; a: b; b: c; c: a", "a b c a"},
		{"behind a finished branch", "a: done b; done:; b: a", "a b a"},
		{"two knots", "a: b; b: a; x: y; y: x", "a b a, x y x"},
		{"two cycles of one knot", "a: b c; b: a; c: a", "a b a"},
		{"knot above knot", "a: b; b: a x; x: y; y: x", "a b a, x y x"},
		{"knot before the rest of a path", "s: a t; a: b; b: a; t: s", "a b a, s t s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := build(test.graph)
			var got []string
			for _, path := range g.Cycles() {
				got = append(got, strings.Join(path, " "))
			}
			if s := strings.Join(got, ", "); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
			if _, ok := g.Order(nil); ok != (test.want == "") {
				t.Errorf("Order says ok = %v", ok)
			}
		})
	}
}

func TestReach(t *testing.T) {
	g := build("a: b; b: c; d: c; loop: loop")
	tests := []struct{ node, below, above string }{
		{"a", "b c", ""},
		{"c", "", "a b d"},
		{"loop", "loop", "loop"},
		{"nowhere", "", ""},
	}
	for _, test := range tests {
		if got := strings.Join(g.Below(test.node), " "); got != test.below {
			t.Errorf("Below(%s) = %q, want %q", test.node, got, test.below)
		}
		if got := strings.Join(g.Above(test.node), " "); got != test.above {
			t.Errorf("Above(%s) = %q, want %q", test.node, got, test.above)
		}
	}
	if !g.Reaches("a", "c") || g.Reaches("c", "a") || g.Reaches("a", "nowhere") {
		t.Error("Reaches is wrong about a and c")
	}
	if !g.Has("a") || g.Has("nowhere") || g.Len() != 5 || !slices.Equal(g.Needs("a"), []string{"b"}) || g.Needs("nowhere") != nil {
		t.Error("the graph does not hold what was added")
	}
}

// A chain this long would overflow a recursive walk's stack, and take minutes in a quadratic one.
func TestLongChain(t *testing.T) {
	const n = 100_000
	g := &Graph[int]{}
	for i := range n {
		g.AddEdge(i, i+1)
	}
	order, ok := g.Order(nil)
	if !ok || order[0] != n || order[n] != 0 {
		t.Fatalf("the order is wrong: %v", ok)
	}
	if g.Cycle() != nil || len(g.Below(0)) != n || len(g.Above(n)) != n {
		t.Fatal("the walks are wrong")
	}
	g.AddEdge(n, 0)
	if got := len(g.Cycle()); got != n+2 {
		t.Fatalf("the cycle has %d nodes, want %d", got, n+2)
	}
	if _, ok := g.Order(nil); ok {
		t.Fatal("a cycle was ordered")
	}
}

func ExampleGraph_Order() {
	var g Graph[string]
	g.AddEdge("service.web", "image.web")
	g.AddEdge("service.web", "service.db")
	order, _ := g.Order(cmp.Compare[string])
	fmt.Println(order)
	// Output: [image.web service.db service.web]
}
