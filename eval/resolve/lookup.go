package resolve

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func rootNames() []string { return []string{"var", "local", "each", "self", "path", "recipe", "use"} }

// lookUp puts what a reference reads into the scope, and what it names into the node's uses.
func (r *resolver) lookUp(n *node, s *scope, ref decode.Reference) bool {
	if e, ok := s.bound(ref.Root); ok {
		return r.lookUpEach(n, s, ref, e)
	}
	written := ref.Root
	ref = r.present(s.in, ref)
	if v, ok := r.extra[ref.Root]; ok {
		s.root.at(ref.Root).value = v
		return true
	}
	_, isKind := r.in.Kinds[ref.Root]
	switch {
	case !isKind && !slices.Contains(rootNames(), ref.Root):
		return r.undeclared(s.in, ref, 0, slices.Concat(rootNames(), slices.Sorted(maps.Keys(r.in.Kinds))))
	case ref.Root == "self":
		return r.lookUpSelf(n, s, ref)
	case len(ref.Path) == 0:
		r.errorf(diag.UnknownReference, ref.Range, "Incomplete reference",
			"%q must be followed by a dot and a name that is written out.", ref.Root)
		return false
	}
	name := ref.Path[0]
	switch ref.Root {
	case "var":
		b := s.in.vars[name]
		if b == nil {
			return r.undeclared(s.in, ref, 1, slices.Sorted(maps.Keys(s.in.vars)))
		}
		return r.take(n, s, ref, r.variable(s.in, b, ref.Range))
	case "local":
		if s.in.locals[name] == nil {
			return r.undeclared(s.in, ref, 1, slices.Sorted(maps.Keys(s.in.locals)))
		}
		return r.take(n, s, ref, r.local(s.in, name, ref.Range))
	case "path", "recipe":
		return r.lookUpFact(n, s, ref)
	case "each":
		r.errorf(diag.UnknownReference, ref.Range, "Nothing to go through",
			`"each" is the current element of a block's for_each, and there is none here.`)
		return false
	case "use":
		return r.lookUpUse(n, s, s.in, s.root.at("use"), ref)
	}
	return r.lookUpBlock(n, s, s.in, s.root.at(written, name), ref)
}

// present gives a reference that begins with an old type of blocks the present one.
func (r *resolver) present(m *module, ref decode.Reference) decode.Reference {
	if to := m.Renamed[ref.Root]; to != "" {
		r.oldWord(ref.Root, schema.Growth{RenamedTo: to}, ref.Range)
		ref.Root = to
	}
	return ref
}

// oldWord warns of a word in a reference, once.
func (r *resolver) oldWord(word string, g schema.Growth, at hcl.Range) {
	id := complaint{at, word, ""}
	if r.told[id] == nil {
		r.told[id] = &telling{}
		r.report(decode.OldWord(word, g, at))
	}
}

// take puts the value of a node into the scope. Where it holds references, and the expression reads attributes of what
// they lead to, these are added, as they are for a reference that is named directly.
func (r *resolver) take(n *node, s *scope, ref decode.Reference, got *node) bool {
	if !got.ok {
		return false
	}
	used := got.uses.all()
	n.uses.add(used)
	return r.put(s.root.at(ref.Root, ref.Path[0]), got.value, ref, 1, len(used) > 0)
}

// put gives a branch its value, of which the reference reads what follows the first words of its path. What it
// holds already was put there for the same value.
func (r *resolver) put(at *branch, v cty.Value, ref decode.Reference, words int, refers bool) bool {
	if at.value == cty.NilVal {
		at.value = v
	}
	if !refers {
		return true
	}
	v, ok := r.extend(at.value, ref.Path[words:], ref, words)
	at.value = v
	return ok
}

func (r *resolver) lookUpEach(n *node, s *scope, ref decode.Reference, e each) bool {
	if len(ref.Path) == 0 || ref.Path[0] != "key" && ref.Path[0] != "value" {
		r.errorf(diag.UnknownReference, ref.Range, "Unknown reference",
			"%q has the attributes key and value: write %s.key or %s.value.", ref.Root, ref.Root, ref.Root)
		return false
	}
	if ref.Path[0] == "key" {
		s.root.at(ref.Root, "key").value = e.key
		return true
	}
	n.uses.add(e.uses)
	return r.put(s.root.at(ref.Root, "value"), e.value, ref, 1, len(e.uses) > 0)
}

// lookUpSelf reads the object that the expression belongs to.
func (r *resolver) lookUpSelf(n *node, s *scope, ref decode.Reference) bool {
	if s.of == nil || s.of.addr.IsZero() || s.of.b.Type == decode.UseType {
		r.errorf(diag.UnknownReference, ref.Range, "Nothing to refer to",
			`"self" is the object of the block that it stands in, and this one stands for no object.`)
		return false
	}
	return r.lookUpObject(n, s, s.of, s.root.at("self"), ref, 0)
}

func (r *resolver) lookUpFact(n *node, s *scope, ref decode.Reference) bool {
	at := s.root.at(ref.Root, ref.Path[0])
	switch word := ref.Root + "." + ref.Path[0]; word {
	case "path.module":
		at.value = cty.StringVal(s.in.dir)
		return true
	case "path.root":
		at.value = cty.StringVal(r.in.Dir)
		return true
	case "recipe.name":
		return r.take(n, s, ref, r.recipeName(ref.Range))
	default:
		names := map[string][]string{"path": {"module", "root"}, "recipe": {"name"}}[ref.Root]
		r.errorf(diag.UnknownReference, ref.Steps[0].Range, "Unknown reference", "%q has no attribute %q.%s",
			ref.Root, ref.Path[0], diag.DidYouMean(ref.Path[0], names))
		return false
	}
}

// lookUpBlock resolves a reference to a block of a kind that a module declares: to the one object that it stands for, to
// one of several by key, or to all of them.
func (r *resolver) lookUpBlock(n *node, s *scope, m *module, at *branch, ref decode.Reference) bool {
	b := m.blocks[ref.Root][ref.Path[0]]
	if b == nil {
		return r.undeclared(m, ref, 1, slices.Sorted(maps.Keys(m.blocks[ref.Root])))
	}
	all := r.instances(m, b, ref.Range)
	switch {
	case !all.ok:
		return false
	case all.byKey == nil:
		return r.lookUpSingle(n, s, all.all[0], at, ref)
	case all.unknown:
		at.value = cty.DynamicVal
		return true
	case len(ref.Path) == 1:
		return r.lookUpAll(n, s, all, at, ref)
	}
	o := all.byKey[ref.Path[1]]
	if o == nil {
		s.noInstance(ref, all)
		return true
	}
	on, ok := r.enabled(o, ref.Range)
	if !on {
		s.disabled(ref, o)
		return ok
	}
	return r.lookUpObject(n, s, o, at.at(ref.Path[1]), ref, 2)
}

// noInstance notes that a key is none of a block's.
func (s *scope) noInstance(ref decode.Reference, all *instances) {
	hint := diag.DidYouMean(ref.Path[1], all.keys())
	if len(all.all) > 0 && !ref.Steps[1].Index {
		hint = fmt.Sprintf(" Write %s[KEY].%s for one of them.", ref.UpTo(1), ref.Path[1])
	}
	s.because(ref, diag.UnknownReference, "Unknown instance", "%s has no instance %q: %s.%s", ref.UpTo(1), ref.Path[1], has(all.keys()), hint)
}

// has says which instances there are, for the middle of a sentence.
func has(keys []string) string {
	if len(keys) == 0 {
		return "its for_each is empty"
	}
	if len(keys) > 8 {
		keys = append(slices.Clone(keys[:8]), "...")
	}
	return "its for_each has " + list(keys, "and")
}

func (r *resolver) lookUpSingle(n *node, s *scope, o *object, at *branch, ref decode.Reference) bool {
	if len(ref.Steps) > 1 && ref.Steps[1].Index {
		r.errorf(diag.UnknownReference, ref.Steps[1].Range, "Unknown reference",
			"%s stands for one object and has no instances.", ref.UpTo(1))
		return false
	}
	on, ok := r.enabled(o, ref.Range)
	if !on {
		at.value = cty.NullVal(r.refs.typeOf())
		s.disabled(ref, o)
		return ok
	}
	return r.lookUpObject(n, s, o, at, ref, 1)
}

// lookUpAll reads all instances of a block, which as a value are an object by their keys.
func (r *resolver) lookUpAll(n *node, s *scope, all *instances, at *branch, ref decode.Reference) bool {
	objects, ok := r.wanted(all, ref.Range)
	for _, o := range objects {
		ok = r.lookUpObject(n, s, o, at.at(o.addr.Key), ref, 1) && ok
	}
	return ok
}

// lookUpObject reads an object, and of it what follows the first words of the path.
func (r *resolver) lookUpObject(n *node, s *scope, o *object, at *branch, ref decode.Reference, words int) bool {
	if ref.Root != "self" {
		n.uses.add(uses{{o.addr, ref.Range}})
	}
	if o.b.Type == "secret" {
		got := r.secret(o, ref.Range)
		if at.value = got.value; n.names {
			at.value = r.refs.value(reference{addr: o.addr}, nil)
		}
		return got.ok
	}
	at.of = o
	names := ref.Attrs
	if len(ref.Path) > words {
		names = ref.Path[words : words+1]
	}
	ok := true
	for _, name := range names {
		if name == "addr" {
			continue
		}
		v, fine := r.attribute(o, name, ref.Range)
		switch {
		case v == cty.NilVal && len(ref.Path) > words:
			return r.undeclared(o.in, ref, words+1, attributeNames(r, o))
		case v == cty.NilVal:
			continue
		case fine && len(ref.Path) > words:
			v, fine = r.extend(v, ref.Path[words+1:], ref, words+1)
		}
		ok = ok && fine
		if at.attrs == nil {
			at.attrs = map[string]cty.Value{}
		}
		at.attrs[name] = v
	}
	return ok
}

// undeclared reports a reference that leads nowhere, unless what it means may have been lost in decoding.
func (r *resolver) undeclared(m *module, ref decode.Reference, depth int, candidates []string) bool {
	lost := slices.ContainsFunc(ref.Path, func(name string) bool { return m.Lost[name] })
	if depth == 0 || !m.Incomplete && !lost {
		r.report(ref.Undeclared(depth, candidates))
	}
	return false
}

// because notes why an evaluation that follows a reference fails. It is no error before that: another branch of a
// conditional may be taken.
func (s *scope) because(ref decode.Reference, code diag.Code, summary, format string, args ...any) {
	rng := ref.Range
	s.reasons = append(s.reasons, reason{rng, diag.Errorf(code, &rng, summary, format, args...)})
}

func (s *scope) disabled(ref decode.Reference, o *object) {
	at := o.b.Range
	if a := o.b.Args[enabledArg]; a != nil {
		at = a.Range
	}
	s.because(ref, diag.UnknownReference, "Disabled block",
		"%s is disabled at %s, so there is nothing to read of it. In a list it is left out; elsewhere ask first, as in %s == null ? ... : ...",
		o.addr, place(at), o.addr)
}
