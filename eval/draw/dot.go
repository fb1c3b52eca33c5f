package draw

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// DOT writes the graph in the language of Graphviz, libraries as clusters. The only errors returned are those of w.
func DOT(w io.Writer, g Graph) error {
	d := dot{clusters: map[string]bool{}}
	fmt.Fprintf(&d, "digraph %s {\n  rankdir = \"LR\"\n", quoted(g.Name))
	if slices.ContainsFunc(g.Nodes, func(n Node) bool { return len(n.Nodes) > 0 }) {
		d.WriteString("  compound = \"true\"\n")
	}
	d.WriteString("  node [shape = \"box\"]\n")
	d.nodes(g.Nodes, "  ")
	for _, e := range g.Edges {
		var ends []string
		if d.clusters[e.From] {
			ends = append(ends, "ltail = "+quoted(cluster(e.From)))
		}
		if d.clusters[e.To] {
			ends = append(ends, "lhead = "+quoted(cluster(e.To)))
		}
		fmt.Fprintf(&d, "  %s -> %s%s\n", quoted(e.From), quoted(e.To), attributes(ends))
	}
	d.WriteString("}\n")
	_, err := io.WriteString(w, d.String())
	return err
}

type dot struct {
	strings.Builder
	clusters map[string]bool // the nodes that are drawn as clusters
}

func (d *dot) nodes(nodes []Node, indent string) {
	for _, n := range nodes {
		var attrs []string
		if len(n.Nodes) > 0 {
			d.clusters[n.ID] = true
			// An edge must end at a node, and is cut off at the border of the cluster.
			fmt.Fprintf(d, "%ssubgraph %s {\n%s  label = %s\n%s  %s [shape = \"point\", style = \"invis\"]\n",
				indent, quoted(cluster(n.ID)), indent, quoted(n.Label), indent, quoted(n.ID))
			d.nodes(n.Nodes, indent+"  ")
			d.WriteString(indent + "}\n")
			continue
		}
		if n.Label != n.ID {
			attrs = append(attrs, "label = "+quoted(n.Label))
		}
		if !solid(n.Kind) {
			attrs = append(attrs, `style = "rounded"`)
		}
		fmt.Fprintf(d, "%s%s%s\n", indent, quoted(n.ID), attributes(attrs))
	}
}

// cluster is the name of a cluster, by the beginning of which Graphviz knows it.
func cluster(id string) string { return "cluster " + id }

func attributes(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " [" + strings.Join(list, ", ") + "]"
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
