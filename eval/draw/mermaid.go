package draw

import (
	"fmt"
	"io"
	"strings"
)

// Mermaid writes the graph as a Mermaid flowchart, which code hosts draw in Markdown, libraries as subgraphs. The only
// errors returned are those of w.
func Mermaid(w io.Writer, g Graph) error {
	m := mermaid{index: map[string]int{}} // words such as "end" are no names there
	number(m.index, g.Nodes)
	m.WriteString("flowchart LR\n")
	m.nodes(g.Nodes, "  ")
	for _, e := range g.Edges {
		fmt.Fprintf(&m, "  n%d --> n%d\n", m.index[e.From], m.index[e.To])
	}
	_, err := io.WriteString(w, m.String())
	return err
}

type mermaid struct {
	strings.Builder
	index map[string]int
}

func (m *mermaid) nodes(nodes []Node, indent string) {
	for _, n := range nodes {
		open, end := "[", "]"
		switch {
		case len(n.Nodes) > 0:
			fmt.Fprintf(m, "%ssubgraph n%d[\"%s\"]\n", indent, m.index[n.ID], entities(n.Label))
			m.nodes(n.Nodes, indent+"  ")
			m.WriteString(indent + "end\n")
			continue
		case !solid(n.Kind):
			open, end = "(", ")"
		}
		fmt.Fprintf(m, "%sn%d%s\"%s\"%s\n", indent, m.index[n.ID], open, entities(n.Label), end)
	}
}

// entities writes what acts in a label as Mermaid wants it: with # where HTML has &.
func entities(s string) string {
	return strings.NewReplacer("#", "#35;", "&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", " ").Replace(s)
}
