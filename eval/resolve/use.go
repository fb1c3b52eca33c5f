package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// A library is evaluated as the recipe is: as a module, one for each instance of the use block that names it. Its
// variables have the block's arguments for values, each evaluated when the library reads it, where the block stands.
// So libraries keep the order of evaluation, and what the recipe waits for, as if all were written in one place.

// Library is what the evaluation of a library takes besides its blocks.
type Library struct {
	// Dir is the absolute path of its directory, empty for one that ships with the program.
	Dir string
	// Functions are what its expressions may call; those that read files see its own.
	Functions map[string]function.Function
}

func useBlock() schema.Block {
	anything := schema.AnyValue()
	return schema.Block{
		Name: decode.UseType, Label: "name", Free: &anything,
		Doc: "Brings in the blocks of another recipe, a library. The library's variables are arguments of this block. Its outputs are read as use.NAME.OUTPUT, and its blocks as use.NAME.service.web.",
		Args: []schema.Arg{
			{Name: "source", Type: schema.Str(), Static: true, Required: true, Change: schema.PlanOnly, Doc: "Where the library is: a path that begins with ./ or ../, from the directory of this file, or std/NAME for one that ships with the program."},
			{Name: "version", Type: schema.Str(), Static: true, Change: schema.PlanOnly, Doc: "The versions of the library that will do, such as \"~> 1.2\"; any without it."},
			{Name: forEach, Type: schema.AnyValue(), Change: schema.PlanOnly, Doc: "A map or set of strings; the library is brought in once for each element, which the other arguments read as each.key and each.value."},
			{Name: enabledArg, Type: schema.Boolean(), Default: "true", Change: schema.PlanOnly, Doc: "Whether the library is brought in at all."},
			{Name: dependsOn, Type: schema.ListOf(schema.RefTo()), Change: schema.PlanOnly, Doc: "What must be in place before anything of the library changes."},
		},
	}
}

// library gives the module that an instance of a use block stands for, nil where it could not be read.
func (r *resolver) library(o *object) *module {
	if known := r.libraries[o]; known != nil {
		return known
	}
	decoded := o.in.Uses[o.b.Label]
	if decoded == nil {
		return nil // as was reported when the libraries were read
	}
	var l Library
	if r.in.Library != nil {
		l = r.in.Library(decoded)
	}
	made := r.newModule(decoded, o, l)
	r.libraries[o] = made
	return made
}

// input is the argument of the use block that gives a variable of a library its value.
func (m *module) input(name string) *decode.Arg {
	if m.caller == nil || slices.Contains(decode.UseArgs(), name) {
		return nil
	}
	return m.caller.b.Args[name]
}

// lookUpUse resolves a reference into a library: to an output, to one of its blocks, or to all of it.
func (r *resolver) lookUpUse(n *node, s *scope, m *module, at *branch, ref decode.Reference) bool {
	b := m.uses[ref.Path[0]]
	if b == nil {
		return r.undeclared(m, ref, 1, slices.Sorted(maps.Keys(m.uses)))
	}
	all := r.instances(m, b, ref.Range)
	at = at.at(ref.Path[0])
	switch {
	case !all.ok:
		return false
	case all.unknown:
		at.value = cty.DynamicVal
		return true
	case all.byKey == nil:
		return r.lookUpLibrary(n, s, all.all[0], at, ref, 1)
	case len(ref.Path) == 1:
		objects, ok := r.wanted(all, ref.Range)
		for _, o := range objects {
			ok = r.lookUpLibrary(n, s, o, at.at(o.addr.Key), ref, 1) && ok
		}
		return ok
	}
	o := all.byKey[ref.Path[1]]
	if o == nil {
		s.noInstance(ref, all)
		return true
	}
	return r.lookUpLibrary(n, s, o, at.at(ref.Path[1]), ref, 2)
}

// lookUpLibrary reads of a library what follows the first words of the path.
func (r *resolver) lookUpLibrary(n *node, s *scope, o *object, at *branch, ref decode.Reference, words int) bool {
	if on, ok := r.enabled(o, ref.Range); !on {
		at.value = cty.NullVal(r.refs.typeOf())
		s.disabled(ref, o)
		return ok
	}
	lib := r.library(o)
	if lib == nil {
		return false
	}
	if len(ref.Path) == words {
		n.uses.add(uses{{o.addr, ref.Range}})
		at.of = o
		ok := true
		for _, name := range ref.Attrs {
			if b := lib.output(name); b != nil {
				ok = r.lookUpOutputOf(n, lib, b, at.at(name), ref, words) && ok
			}
		}
		return ok
	}
	name := ref.Path[words]
	kind := name
	if to := lib.Renamed[name]; to != "" {
		kind = to
	}
	_, isKind := r.in.Kinds[kind]
	switch b := lib.output(name); {
	case (isKind || name == decode.UseType) && len(ref.Path) == words+1:
		r.errorf(diag.UnknownReference, ref.Range, "Incomplete reference", "%q must be followed by a dot and a name that is written out.", ref.UpTo(words+1))
		return false
	case isKind:
		return r.lookUpBlock(n, s, lib, at.at(name, ref.Path[words+1]), r.present(lib, ref.From(words+1)))
	case name == decode.UseType:
		return r.lookUpUse(n, s, lib, at.at(name), ref.From(words+1))
	case b != nil:
		return r.lookUpOutputOf(n, lib, b, at.at(name), ref, words+1)
	}
	return r.undeclared(lib, ref, words+1, slices.Concat(lib.outputNames(), slices.Sorted(maps.Keys(r.in.Kinds))))
}

func (r *resolver) lookUpOutputOf(n *node, lib *module, b *decode.Block, at *branch, ref decode.Reference, words int) bool {
	got, ok := r.outputOf(lib, b, ref.Range)
	if !ok {
		return false
	}
	used := got.uses.all()
	n.uses.add(used)
	v := got.value
	if flag, ok := r.literal(lib.single(b), "sensitive"); ok && flag.True() {
		v = r.sensitive(v)
	}
	return r.put(at, v, ref, min(words, len(ref.Path)), len(used) > 0)
}

func (r *resolver) outputOf(lib *module, b *decode.Block, at hcl.Range) (*node, bool) {
	if b.Args["value"] == nil {
		return nil, false // decoding said so
	}
	got := r.outputValue(lib, b, at)
	return got, got.ok
}

// libraryOutput is an output of a library that a value leads to.
func (r *resolver) libraryOutput(o *object, name string, at hcl.Range) (cty.Value, bool) {
	lib := r.library(o)
	if lib == nil || lib.output(name) == nil {
		return cty.NilVal, false
	}
	got, ok := r.outputOf(lib, lib.output(name), at)
	if !ok {
		return cty.DynamicVal, false
	}
	return got.value, true
}

func (m *module) output(name string) *decode.Block {
	for _, b := range m.outputs {
		if b.Label == name {
			return b
		}
	}
	return nil
}

func (m *module) outputNames() []string {
	var names []string
	for _, b := range m.outputs {
		names = append(names, b.Label)
	}
	return names
}

// checkOutputs reports outputs of a library that no reference could reach, since their name means something else.
func (r *resolver) checkOutputs(m *module) {
	for _, b := range m.outputs {
		if _, isKind := r.in.Kinds[b.Label]; isKind || b.Label == decode.UseType || b.Label == "addr" {
			r.errorf(diag.NameConflict, b.LabelRange, "Name conflict",
				"An output cannot be called %q, since whoever uses the recipe as a library reads its %s blocks by that name. Give it another name.", b.Label, b.Label)
		}
	}
}
