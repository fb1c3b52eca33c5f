package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/deployrecipe/recipe/eval/evaltest/random"
)

// side gives one text back out of a diff.
func side(edits []edit, sign byte) string {
	var b strings.Builder
	for _, e := range edits {
		if e.sign == ' ' || e.sign == sign {
			b.WriteString(e.line)
		}
	}
	return b.String()
}

// longest is the length of the longest common subsequence, the slow way.
func longest(a, b []string) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := range a {
		for j := range b {
			if table[i+1][j+1] = max(table[i][j+1], table[i+1][j]); a[i] == b[j] {
				table[i+1][j+1] = table[i][j] + 1
			}
		}
	}
	return table[len(a)][len(b)]
}

func TestDifferenceIsRightAndShortest(t *testing.T) {
	random.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 12)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		edits := difference(a, b)
		if side(edits, '-') != strings.Join(a, "") || side(edits, '+') != strings.Join(b, "") {
			t.Fatalf("%v does not lead from %v to %v", edits, a, b)
		}
		kept := 0
		for _, e := range edits {
			if e.sign == ' ' {
				kept++
			}
		}
		if kept != longest(a, b) {
			t.Fatalf("keeps %d lines, %d are possible", kept, longest(a, b))
		}
	})
}

func TestHunks(t *testing.T) {
	a := strings.Split("1 2 3 4 5 6 7 8 9 10 11 12", " ")
	b := strings.Split("1 2 x 3 4 5 6 7 8 9 10 12", " ")
	list := hunks(difference(a, b), 1)
	if len(list) != 2 || list[0].from != 2 || list[0].to != 2 || list[1].from != 10 || list[1].to != 11 {
		t.Errorf("hunks %+v", list)
	}
	if len(hunks(difference(a, a), 3)) != 0 || len(hunks(difference(a, b), -1)) != 1 {
		t.Error("nothing changed gives no hunk, no trimming one")
	}
}

// Texts far apart must not take memory by the square.
func TestDifferenceOfLargeTexts(t *testing.T) {
	a, b := make([]string, 50000), make([]string, 50000)
	for i := range a {
		a[i], b[i] = strings.Repeat("a", i%7), strings.Repeat("b", i%5+1)
	}
	if got := len(difference(a, b)); got != len(a)+len(b) {
		t.Errorf("%d edits", got)
	}
}
