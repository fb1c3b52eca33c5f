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

// sources tells of each part of an object's spec that is written out where it comes from. A part without an entry
// comes from where the nearest part around it does.
func (r *resolver) sources(o *object) map[string]state.Source {
	t := &tracer{r: r, out: map[string]state.Source{}}
	t.body(o.b, o.frame(), "")
	return t.out
}

type tracer struct {
	r   *resolver
	out map[string]state.Source
}

func (t *tracer) body(b *decode.Block, f frame, path string) {
	for _, name := range b.ArgOrder {
		if !apart(name) {
			t.arg(b.Args[name], f, join(path, name))
		}
	}
	count := map[string]int{}
	pieces, _, _ := t.r.pieces(&node{}, b, f, "") // what is wrong with them was reported
	for i, p := range pieces {
		at := join(path, p.typ)
		switch {
		case b.Schema.Ordered:
			at = join(join(path, "steps"), strconv.Itoa(i)+"."+p.typ)
			if p.label != "" {
				at = join(at, p.label)
			}
		case p.label != "" && !p.Schema.Sequence:
			at = join(at, p.label)
		case p.Schema.Max != 1:
			at = join(at, strconv.Itoa(count[p.typ]))
			count[p.typ]++
		}
		t.body(p.Block, p.frame, at)
	}
}

func (t *tracer) arg(a *decode.Arg, f frame, path string) {
	t.out[path] = state.Source{Range: a.Range, Expr: f.in.source(a.Expr.Range()), From: t.r.chain(f, a.Expr)}
	for _, name := range a.KeyOrder {
		t.arg(a.Keys[name], f, join(path, name))
	}
	for i, el := range a.Elems {
		t.arg(el, f, join(path, strconv.Itoa(i)))
	}
}

// source is the text of an expression, as it stands in its file.
func (m *module) source(rng hcl.Range) string {
	file := m.Files[rng.Filename]
	if file == nil || !rng.CanSliceBytes(file.Bytes) {
		return ""
	}
	return string(rng.SliceBytes(file.Bytes))
}

// chain lists the references that led to an expression's value: what it names, and after each name what that one
// is made of.
func (r *resolver) chain(f frame, expr hcl.Expression) []string {
	c := &chain{r: r, seen: map[string]bool{}}
	c.follow(f, expr)
	return c.out
}

type chain struct {
	r    *resolver
	seen map[string]bool
	out  []string
}

func (c *chain) follow(f frame, expr hcl.Expression) {
	for _, ref := range c.r.parsed(expr).refs {
		if len(c.out) == maxChain {
			return
		}
		if name := ref.String(); len(ref.Path) > 0 && !c.seen[name] {
			c.seen[name] = true
			c.link(f, ref, name)
		}
	}
}

func (c *chain) link(f frame, ref decode.Reference, name string) {
	switch ref.Root {
	case "var":
		if b := f.in.vars[ref.Path[0]]; b != nil {
			c.out = append(c.out, c.r.provenance(f.in, b))
		}
		return
	case "local":
		c.out = append(c.out, name)
		if a := f.in.locals[ref.Path[0]]; a != nil {
			c.follow(frame{in: f.in}, a.Expr)
		}
		return
	case "each":
		c.out = append(c.out, name)
		if f.of != nil && f.of.b.Args[forEach] != nil {
			c.follow(frame{in: f.in}, f.of.b.Args[forEach].Expr)
		}
		return
	}
	c.out = append(c.out, name)
	b := f.in.blocks[ref.Root][ref.Path[0]]
	if b == nil {
		return
	}
	attr := 1
	if b.Args[forEach] != nil {
		attr = 2
	}
	if len(ref.Path) <= attr {
		return
	}
	if a := b.Args[ref.Path[attr]]; a != nil {
		c.follow(frame{in: f.in}, a.Expr)
	}
}

// provenance writes a variable with its value, where that is short and may be seen, and where it was given.
func (r *resolver) provenance(m *module, b *decode.Block) string {
	n := r.variable(m, b, b.Range)
	name, source, v := "var."+b.Label, m.origins[b].source, n.value
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
