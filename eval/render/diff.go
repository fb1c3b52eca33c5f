package render

import (
	"slices"
	"strings"
)

// edit is one line of a diff: ' ' in both texts, '-' in the first, '+' in the second.
type edit struct {
	sign byte
	line string
}

// maxEdits bounds the search for the shortest diff, the memory of which grows with the square of it. Texts
// further apart are shown as one removed and one added.
const maxEdits = 1500

// lines splits a text; the last line needs no newline.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// difference is a shortest way from a to b, found by Myers's greedy algorithm: the furthest point that d
// edits can reach on each diagonal follows from those of d-1 edits, until one is the end of both texts.
func difference(a, b []string) []edit {
	prefix := 0
	for prefix < min(len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	suffix := 0
	for suffix < min(len(a), len(b))-prefix && a[len(a)-1-suffix] == b[len(b)-1-suffix] {
		suffix++
	}
	middle := myers(a[prefix:len(a)-suffix], b[prefix:len(b)-suffix])
	edits := make([]edit, 0, len(middle)+prefix+suffix)
	for _, line := range a[:prefix] {
		edits = append(edits, edit{' ', line})
	}
	edits = append(edits, middle...)
	for _, line := range a[len(a)-suffix:] {
		edits = append(edits, edit{' ', line})
	}
	return edits
}

func myers(a, b []string) []edit {
	var trace [][]int // by d: the furthest x on diagonals -d..d
	furthest := []int{0}
	for d := 0; d <= min(len(a)+len(b), maxEdits); d++ {
		next := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				x, _ = step(furthest, d, k)
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			if next[k+d] = x; x >= len(a) && x-k >= len(b) {
				return walkBack(a, b, trace, d)
			}
		}
		trace = append(trace, next)
		furthest = next
	}
	var edits []edit
	for _, line := range a {
		edits = append(edits, edit{'-', line})
	}
	for _, line := range b {
		edits = append(edits, edit{'+', line})
	}
	return edits
}

// step takes the d-th edit onto diagonal k from the neighbour that is further, given the furthest points of
// d-1 edits: down, a line of b, or right, a line of a.
func step(furthest []int, d, k int) (x int, down bool) {
	at := func(k int) int { return furthest[k+d-1] }
	if k == -d || k != d && at(k-1) < at(k+1) {
		return at(k + 1), true
	}
	return at(k-1) + 1, false
}

// walkBack reads the edits off the trace, from the end of both texts.
func walkBack(a, b []string, trace [][]int, d int) []edit {
	var edits []edit
	x, y := len(a), len(b)
	for ; d > 0; d-- {
		k := x - y
		start, down := step(trace[d-1], d, k)
		for x > start {
			x, y = x-1, y-1
			edits = append(edits, edit{' ', a[x]})
		}
		if down {
			y--
			edits = append(edits, edit{'+', b[y]})
		} else {
			x--
			edits = append(edits, edit{'-', a[x]})
		}
	}
	for x > 0 {
		x--
		edits = append(edits, edit{' ', a[x]})
	}
	slices.Reverse(edits)
	return edits
}

// hunk is a run of edits with a little of what is around it. From and To are the numbers of its first lines.
type hunk struct {
	from, to int
	edits    []edit
}

// hunks keeps of a diff what changed, with up to context lines around; context < 0 keeps all.
func hunks(edits []edit, context int) []hunk {
	var out []hunk
	from, to, last := 1, 1, -1 // last: index after the last kept edit
	keep := func(i int) bool {
		if context < 0 {
			return true
		}
		for j := max(0, i-context); j <= min(len(edits)-1, i+context); j++ {
			if edits[j].sign != ' ' {
				return true
			}
		}
		return false
	}
	for i, e := range edits {
		if keep(i) {
			if last != i {
				out = append(out, hunk{from: from, to: to})
			}
			h := &out[len(out)-1]
			h.edits = append(h.edits, e)
			last = i + 1
		}
		if e.sign != '+' {
			from++
		}
		if e.sign != '-' {
			to++
		}
	}
	return out
}
