package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/load"
)

// The table goes between these, where a file has them.
const (
	tableBegin = "<!-- the zero-loss matrix, by make e2e TABLE=README.md -->\n"
	tableEnd   = "<!-- end of the matrix -->\n"
)

// write writes the table into a file, in place of the one that it has or as all of it.
func (m *matrix) write(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Error(err)
		return
	}
	if head, rest, ok := strings.Cut(string(text), tableBegin); ok {
		_, tail, _ := strings.Cut(rest, tableEnd)
		err = os.WriteFile(path, []byte(head+tableBegin+m.byEnding()+tableEnd+tail), 0o644)
	} else {
		err = os.WriteFile(path, []byte(m.byEnding()+"\n"+m.byKind()), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// byEnding shows operations and how many of them were lost, of each strategy and way of ending.
func (m *matrix) byEnding() string {
	var columns []string
	for _, e := range endings() {
		columns = append(columns, e.name)
	}
	return m.table(columns, func(ending string, _ load.Kind) string { return ending })
}

// byKind shows the same of each strategy and kind of client.
func (m *matrix) byKind() string {
	var columns []string
	for _, kind := range load.Kinds() {
		columns = append(columns, string(kind))
	}
	return m.table(columns, func(_ string, kind load.Kind) string { return string(kind) })
}

// table sums up what belongs to a column.
func (m *matrix) table(columns []string, of func(ending string, kind load.Kind) string) string {
	m.Lock()
	defer m.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)))
	for _, s := range strategies() {
		sums := map[string]load.Count{}
		for key, counts := range m.cells {
			for kind, count := range counts {
				if key[0] == s.name {
					sums[of(key[1], kind)] = sum(sums[of(key[1], kind)], count)
				}
			}
		}
		fmt.Fprintf(&b, "| %s |", s.name)
		for _, column := range columns {
			if c, ok := sums[column]; ok {
				fmt.Fprintf(&b, " %d / %d |", c.Attempted, c.Failed)
			} else {
				b.WriteString(" - |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
