package resolve

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

// maxChain bounds how many references a source lists: who explains a value names what is near.
const maxChain = 8

// sources tells of each part of a block's spec that is written out where it comes from. A part without an entry
// comes from where the nearest part around it does.
func (r *resolver) sources(b *decode.Block) map[string]state.Source {
	out := map[string]state.Source{}
	r.bodySources(out, b, "")
	return out
}

func (r *resolver) bodySources(out map[string]state.Source, b *decode.Block, path string) {
	for _, name := range b.ArgOrder {
		if name != dependsOn {
			r.argSources(out, b.Args[name], join(path, name))
		}
	}
	count := map[string]int{}
	for i, inner := range b.Blocks {
		at := join(path, inner.Type)
		switch {
		case b.Schema.Ordered:
			at = join(join(path, "steps"), strconv.Itoa(i)+"."+inner.Type)
			if inner.Schema.Label != "" {
				at = join(at, inner.Label)
			}
		case inner.Schema.Label != "" && !inner.Schema.Sequence:
			at = join(at, inner.Label)
		case inner.Schema.Max != 1:
			at = join(at, strconv.Itoa(count[inner.Type]))
			count[inner.Type]++
		}
		r.bodySources(out, inner, at)
	}
}

func (r *resolver) argSources(out map[string]state.Source, a *decode.Arg, path string) {
	out[path] = state.Source{Range: a.Range, Expr: r.source(a.Expr.Range()), From: r.chain(a.Expr)}
	for _, name := range a.KeyOrder {
		r.argSources(out, a.Keys[name], join(path, name))
	}
	for i, el := range a.Elems {
		r.argSources(out, el, join(path, strconv.Itoa(i)))
	}
}

// source is the text of an expression, as it stands in its file.
func (r *resolver) source(rng hcl.Range) string {
	file := r.m.Files[rng.Filename]
	if file == nil || !rng.CanSliceBytes(file.Bytes) {
		return ""
	}
	return string(rng.SliceBytes(file.Bytes))
}

// chain lists the references that led to an expression's value: what it names, and after each name what that one
// is made of.
func (r *resolver) chain(expr hcl.Expression) []string {
	c := &chain{r: r, seen: map[string]bool{}}
	c.follow(expr)
	return c.out
}

type chain struct {
	r    *resolver
	seen map[string]bool
	out  []string
}

func (c *chain) follow(expr hcl.Expression) {
	for _, ref := range decode.References(expr) {
		if len(c.out) == maxChain {
			return
		}
		if name := ref.String(); len(ref.Path) > 0 && !c.seen[name] {
			c.seen[name] = true
			c.link(ref, name)
		}
	}
}

func (c *chain) link(ref decode.Reference, name string) {
	switch ref.Root {
	case "var":
		if b := c.r.vars[ref.Path[0]]; b != nil {
			c.out = append(c.out, c.r.provenance(b))
		}
		return
	case "local":
		c.out = append(c.out, name)
		if a := c.r.locals[ref.Path[0]]; a != nil {
			c.follow(a.Expr)
		}
		return
	}
	c.out = append(c.out, name)
	if b := c.r.blocks[ref.Root][ref.Path[0]]; b != nil && len(ref.Path) > 1 {
		if a := b.Args[ref.Path[1]]; a != nil {
			c.follow(a.Expr)
		}
	}
}

// provenance writes a variable with its value, where that is short and may be seen, and where it was given.
func (r *resolver) provenance(b *decode.Block) string {
	n := r.variable(b, b.Range)
	name, source, v := "var."+b.Label, r.origins[b].source, n.value
	if source == "" {
		return name
	}
	if !n.ok || isSensitive(v) || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return name + " (" + source + ")"
	}
	e := encoder{refs: r.refs}
	text := string(e.bytes(v))
	if v.Type() == cty.String {
		text = strconv.Quote(short(v.AsString()))
	}
	return name + " = " + strings.TrimSpace(text) + " (" + source + ")"
}
