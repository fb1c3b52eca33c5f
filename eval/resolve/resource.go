package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

// resource is a block of a kind, evaluated.
type resource struct {
	*state.Resource
	in    *module
	uses  uses // all that it refers to
	needs uses // what it waits for
	// ok says that it has no errors, and complete that nothing of it is unknown either.
	ok, complete bool
}

// resources evaluates a module and the libraries that it uses, in source order.
func (r *resolver) resources(m *module) []*resource {
	defer r.enter(m)()
	r.modules = append(r.modules, m)
	r.report(r.readMoves(m.Module).problems...)
	r.checkFunctions(m)
	r.checkOutputs(m)
	r.evaluated(m)
	var out []*resource
	for _, b := range m.order {
		all := r.instances(m, b, b.Range)
		objects, _ := r.wanted(all, b.Range)
		for _, o := range objects {
			made := r.resourcesOf(o)
			if !all.unknown {
				out = append(out, made...)
			}
		}
		if all.unknown {
			r.open = append(r.open, b.String())
		}
	}
	return out
}

// resourcesOf are what an object is on an engine: of a library all that is in it.
func (r *resolver) resourcesOf(o *object) []*resource {
	if o.b.Type != decode.UseType {
		r.checkPorts(o)
		return []*resource{r.resource(o)}
	}
	lib := r.library(o)
	if lib == nil {
		return nil
	}
	made := r.resources(lib)
	defer r.enter(lib)()
	for _, b := range lib.outputs {
		r.output(lib, b)
	}
	return made
}

func (r *resolver) resource(o *object) *resource {
	b := o.b
	p := r.parts(o, b.Range, func(string) bool { return true })
	res := &resource{
		in:       o.in,
		Resource: &state.Resource{Addr: o.addr, Range: b.Range, Secrets: map[string]string{}},
		uses:     p.uses, needs: p.uses.needs(o.addr), ok: p.ok,
	}
	if a := b.Args[dependsOn]; a != nil {
		n := r.argument(o, dependsOn, a.Range)
		res.ok = res.ok && n.ok
		res.uses = res.uses.with(n.uses.all())
		awaited := r.named(n, a)
		res.ok = res.ok && (b.Type != "secret" || r.checkWaiting(o, awaited))
		res.needs = res.needs.with(awaited)
	}
	if more := r.inherited(o.in); len(more) > 0 && b.Type != "secret" {
		res.uses, res.needs = res.uses.with(more), res.needs.with(more)
	}
	for _, need := range res.needs {
		res.Needs = append(res.Needs, need.addr)
	}
	res.ok = r.conditions(o, res.ok) && res.ok
	if !res.ok {
		return res
	}
	e := encoder{refs: r.refs, secrets: res.Secrets}
	res.Spec = e.bytes(p.value())
	res.complete = !e.unknown
	res.Sources, res.Origin = r.sources(o), r.origin(o)
	return res
}

// named are the blocks that the value of depends_on refers to.
func (r *resolver) named(n *node, a *decode.Arg) uses {
	if !n.ok || !n.value.IsKnown() || n.value.IsNull() {
		return nil
	}
	ranges := map[addr.Addr]use{}
	for _, u := range n.uses.all() {
		ranges[u.addr] = u
	}
	var out gathering
	for _, v := range n.value.AsValueSlice() {
		ref, ok := r.refs.of(v)
		if !ok {
			continue
		}
		u, found := ranges[ref.addr]
		if !found {
			u = use{ref.addr, a.Range}
		}
		out.add(uses{u})
	}
	return out.all()
}

// output evaluates an output. It reports false for one with errors.
func (r *resolver) output(m *module, b *decode.Block) (state.Output, bool) {
	out := state.Output{Name: b.Label}
	a := b.Args["value"]
	flag, ok := r.literal(m.single(b), "sensitive")
	if a == nil || !ok {
		return out, false
	}
	out.Sensitive = flag.True()
	n := r.outputValue(m, b, a.Range)
	switch {
	case !n.ok:
		return out, false
	case out.Sensitive:
		r.sensitive(n.value)
		return out, true
	case isSensitive(n.value):
		r.report(sensitiveOutput(b.Label, a))
		return out, false
	}
	e := encoder{refs: r.refs, keepNull: true}
	out.Value = e.bytes(n.value)
	if e.unknown {
		out.Value, out.Unknown = nil, true
	}
	return out, true
}

// outputValue gives the value of an output that has one.
func (r *resolver) outputValue(m *module, b *decode.Block, at hcl.Range) *node {
	a := b.Args["value"]
	return r.node(nodeKey{in: m, arg: a}, "output."+b.Label, at, func(n *node) (cty.Value, bool) {
		return r.eval(n, frame{in: m}, a.Expr)
	})
}
