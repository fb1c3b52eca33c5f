package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// portBlock is the type of the nested blocks whose labels name a block's ports: service.web.http.
const portBlock = "expose"

// attribute gives what an object offers by a name: something exported, an argument, or a named port. It returns
// cty.NilVal for a name that means nothing.
func (r *resolver) attribute(o *object, name string, at hcl.Range) (cty.Value, bool) {
	if o.b.Type == decode.UseType {
		return r.libraryOutput(o, name, at)
	}
	if a := o.b.Schema.Arg(name); a != nil && a.Old() {
		r.oldWord(name, a.Growth, at)
		name = a.RenamedTo
	}
	var n *node
	switch {
	case exports(o.b, name):
		n = r.export(o, name, at)
	case offered(o.b.Schema.Arg(name)):
		n = r.argument(o, name, at)
	case slices.Contains(r.portNames(o), name):
		return r.refs.value(reference{o.addr, name}, nil), true
	default:
		return cty.NilVal, false
	}
	return n.value, n.ok
}

func exports(b *decode.Block, name string) bool {
	return slices.ContainsFunc(b.Schema.Exports, func(e schema.Export) bool { return e.Name == name })
}

func attributeNames(r *resolver, o *object) []string {
	names := []string{"addr"}
	if lib := r.libraries[o]; lib != nil {
		return lib.outputNames()
	}
	for _, e := range o.b.Schema.Exports {
		names = append(names, e.Name)
	}
	names = append(names, r.portNames(o)...)
	for i := range o.b.Schema.Args {
		if a := &o.b.Schema.Args[i]; offered(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

// offered tells whether expressions can read an argument of an object. Its for_each is not its own.
func offered(a *schema.Arg) bool {
	return a != nil && a.Later == "" && !a.Old() && a.Name != forEach
}

// portNames are the labels of the blocks that declare an object's ports, those that dynamic blocks make among them.
func (r *resolver) portNames(o *object) []string {
	var names []string
	for _, p := range r.ports(o) {
		names = append(names, p.label)
	}
	return names
}

func (r *resolver) ports(o *object) []piece {
	if o.b.Schema.Block(portBlock) == nil {
		return nil
	}
	found, _, _ := r.pieces(&node{}, o.b, o.frame(), portBlock)
	return found
}

// checkPorts reports ports that no reference could reach, since their name means something else.
func (r *resolver) checkPorts(o *object) {
	for _, p := range r.ports(o) {
		if name := p.label; name == "addr" || exports(o.b, name) || o.b.Schema.Arg(name) != nil {
			r.errorf(diag.NameConflict, p.rng, "Name conflict",
				"A port cannot be called %q, since %s.%s already means something else. Give it another name.",
				name, o.addr, name)
		}
	}
}

// extend adds to the references within a value the attributes that a reference reads of them: those that the rest of
// its path leads to, or, where the path ends before, those that the expression may read in another way.
func (r *resolver) extend(v cty.Value, path []string, by decode.Reference, words int) (cty.Value, bool) {
	if len(path) == 0 && len(by.Attrs) == 0 {
		return v, true
	}
	v, marks := v.Unmark()
	ty := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown():
		return v.WithMarks(marks), true
	case ty.IsTupleType() || ty.IsListType():
		var out []cty.Value
		ok := true
		for _, el := range v.AsValueSlice() {
			el, fine := r.extend(el, path[min(1, len(path)):], by, words+1)
			out, ok = append(out, el), ok && fine
		}
		return cty.TupleVal(out).WithMarks(marks), ok
	case !isObject(ty):
		return v.WithMarks(marks), true
	}
	attrs := v.AsValueMap()
	if attrs == nil {
		return v.WithMarks(marks), true
	}
	var ok bool
	if ref, is := r.refs.of(v); is {
		ok = r.extendReference(attrs, ref, path, by, words)
	} else {
		ok = r.extendObject(attrs, path, by, words)
	}
	return cty.ObjectVal(attrs).WithMarks(marks), ok
}

func (r *resolver) extendObject(attrs map[string]cty.Value, path []string, by decode.Reference, words int) bool {
	names := slices.Sorted(maps.Keys(attrs))
	if len(path) > 0 {
		if _, has := attrs[path[0]]; !has {
			return true // the evaluation says so
		}
		names, path = path[:1], path[1:]
	}
	all := true
	for _, name := range names {
		v, ok := r.extend(attrs[name], path, by, words+1)
		attrs[name], all = v, all && ok
	}
	return all
}

func (r *resolver) extendReference(attrs map[string]cty.Value, ref reference, path []string, by decode.Reference, words int) bool {
	names := by.Attrs
	if len(path) > 0 {
		names = path[:1]
	}
	o, all := r.objects[ref.addr], true
	for _, name := range names {
		v, has := attrs[name]
		if ref.port != "" || o == nil || name == "addr" {
			continue
		}
		if !has {
			got, ok := r.attribute(o, name, by.Range)
			switch {
			case got == cty.NilVal && len(path) == 0:
				continue
			case got == cty.NilVal:
				r.errorf(diag.UnknownReference, by.Range, "Unknown reference", "%s leads to %s, which has no attribute %q.%s",
					by.UpTo(words), ref, name, diag.DidYouMean(name, attributeNames(r, o)))
				return false
			case !ok:
				all = false
				continue
			}
			v = got
		}
		if len(path) > 0 {
			got, ok := r.extend(v, path[1:], by, words+1)
			v, all = got, all && ok
		}
		attrs[name] = v
	}
	return all
}
