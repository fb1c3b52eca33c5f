package resolve

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

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
		if p.label != "" && p.Schema.Sequence {
			t.out[join(at, "label")] = state.Source{Range: p.Block.Range}
		}
		t.body(p.Block, p.frame, at)
	}
}

func (t *tracer) arg(a *decode.Arg, f frame, path string) {
	t.out[path] = t.r.source(f, a)
	for _, name := range a.KeyOrder {
		t.arg(a.Keys[name], f, join(path, name))
	}
	for i, el := range a.Elems {
		t.arg(el, f, join(path, strconv.Itoa(i)))
	}
}

// source is where an argument's value comes from.
func (r *resolver) source(f frame, a *decode.Arg) state.Source {
	return state.Source{Range: a.Range, Expr: f.in.source(a.Expr.Range()), Chain: func() []state.Link { return r.chain(f, a.Expr) }}
}

// source is the text of an expression, as it stands in its file.
func (m *module) source(rng hcl.Range) string {
	file := m.Files[rng.Filename]
	if file == nil || !rng.CanSliceBytes(file.Bytes) {
		return ""
	}
	return string(rng.SliceBytes(file.Bytes))
}

// origin tells what makes an object be there: its block, what that goes through, and the use blocks around it.
func (r *resolver) origin(o *object) state.Source {
	return state.Source{Range: o.b.Range, Chain: func() []state.Link {
		c := newChain(r)
		for at := o; at != nil; at = at.in.caller {
			c.declared(at, at != o)
		}
		return c.out
	}}
}

func listOf(keys []string) cty.Value {
	values := []cty.Value{}
	for _, key := range keys {
		values = append(values, cty.StringVal(key))
	}
	return cty.TupleVal(values)
}

// declared adds what decides whether a block stands for an object.
func (c *chain) declared(o *object, library bool) {
	depth := 0
	if library {
		c.add(frame{in: o.in}, state.Link{Name: "use." + o.b.Label, Value: []byte("true"), File: o.b.Range.Filename, Line: o.b.Range.Start.Line})
		depth = 1
	}
	for _, name := range []string{forEach, enabledArg} {
		a := o.b.Args[name]
		if a == nil {
			continue
		}
		l := state.Link{Name: o.b.Type + "." + o.b.Label + "." + name, Depth: depth, File: a.Range.Filename, Line: a.Range.Start.Line}
		if name == forEach {
			c.keys(&l, o)
		} else if n := c.r.computed(o, name); n != nil {
			c.set(&l, known(n))
		}
		c.add(frame{in: o.in}, l)
		if name == forEach {
			c.belowEach(l, frame{in: o.in, of: o}, a)
		} else {
			c.below(l, frame{in: o.in, of: o}, a.Expr)
		}
	}
}

// keys puts the keys of a block's instances into a link.
func (c *chain) keys(l *state.Link, o *object) {
	list := o.in.listed[o.b]
	if list == nil {
		return
	}
	told, has := c.r.keys[list]
	if !has {
		c.set(&told, listOf(list.keys()))
		c.r.keys[list] = told
	}
	l.Value, l.Sensitive = told.Value, told.Sensitive
}
