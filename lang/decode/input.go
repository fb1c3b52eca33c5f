package decode

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// reserved finds the variables of a library that a use block could not set, since its own arguments have these names.
func reserved(lib *Module) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range lib.Blocks {
		if b.Type == "variable" && b.Schema != nil && slices.Contains(UseArgs(), b.Label) {
			diags = append(diags, diag.Errorf(diag.NameConflict, &b.LabelRange, "Name conflict",
				"A library's variable cannot be called %q, since that is an argument of the use block itself. Give it another name.", b.Label))
		}
	}
	return diags
}

// UseArgs are the arguments of a use block that are not inputs of its library.
func UseArgs() []string { return []string{"source", "version", "for_each", "enabled", "depends_on"} }

// version holds a library's version against the one that is asked for.
func (u *user) version(b *Block, lib *Module, way []step) {
	text, rng, ok := literalText(b, "version")
	if !ok {
		return
	}
	want, err := version.NewConstraint(text)
	if err != nil {
		u.errorf(way, diag.RequiresVersion, rng, "Invalid version constraint",
			`%q is not a version constraint. Write one such as ">= 0.1", "~> 1.2" or ">= 1.0, < 2.0".`, text)
		return
	}
	has, at := lib.Version()
	if has == "" {
		u.errorf(way, diag.RequiresVersion, rng, "Another version is required",
			"%s asks for version %s, and the library tells no version. Leave the constraint out, or write version in the library's recipe block.", b, text)
		return
	}
	have, err := version.NewVersion(has)
	switch {
	case err != nil:
		u.errorf(way, diag.RequiresVersion, at, "Invalid version", "%q is not a version. Write one such as \"1.2.0\".", has)
	case !want.Check(have):
		u.errorf(way, diag.RequiresVersion, rng, "Another version is required",
			"%s asks for version %s, and the library is version %s. Take a version of the library that fits, or change the constraint.", b, text, has)
	}
}

// Version is what a module says of its version, empty for one that does not.
func (m *Module) Version() (string, hcl.Range) {
	for _, b := range m.Blocks {
		if b.Type == "recipe" {
			if text, rng, ok := literalText(b, "version"); ok {
				return text, rng
			}
		}
	}
	return "", hcl.Range{}
}

// inputs holds the arguments of a use block against the variables of its library.
func (u *user) inputs(b *Block, lib *Module, way []step) {
	vars := map[string]*Block{}
	for _, v := range lib.Blocks {
		if v.Type == "variable" {
			vars[v.Label] = v
		}
	}
	meant := map[string]bool{}
	for _, name := range b.ArgOrder {
		if vars[name] != nil || slices.Contains(UseArgs(), name) || lib.Incomplete || lib.Lost[name] {
			continue
		}
		near := diag.Suggest(name, slices.Concat(slices.Sorted(maps.Keys(vars)), UseArgs()))
		meant[near] = true
		hint := ""
		if near != "" {
			hint = ` Did you mean "` + near + `"?`
		} else if len(vars) > 0 {
			hint = " Its inputs are " + strings.Join(slices.Sorted(maps.Keys(vars)), ", ") + "."
		}
		u.errorf(way, diag.UnknownArgument, b.Args[name].NameRange, "Unknown argument", "The library has no variable %q.%s", name, hint)
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if v := vars[name]; v.Args["default"] == nil && b.Args[name] == nil && !meant[name] && !slices.Contains(UseArgs(), name) {
			u.errorf(way, diag.MissingArgument, b.Range, "Missing argument", "%s needs the argument %q, the library's variable without a default (%s).",
				b, name, place(v.Range))
		}
	}
}
