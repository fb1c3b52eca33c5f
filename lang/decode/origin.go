package decode

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// find tells where a source leads, seen from the module that names it.
func (u *user) find(source string, rng hcl.Range, way []step) (location, bool) {
	from := way[len(way)-1].at
	relative := source == "." || source == ".." || strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
	switch {
	case relative && from.std && !strings.HasPrefix(path.Join(from.dir, source), Std):
		u.errorf(way, diag.InvalidValue, rng, "Invalid source", "A library that ships with the program can use other such ones only: std/NAME.")
		return location{}, false
	case relative:
		return location{from.std, path.Join(from.dir, source)}, true
	case strings.HasPrefix(source, Std):
		return location{true, path.Clean(source)}, true
	case path.IsAbs(source):
		u.errorf(way, diag.InvalidValue, rng, "Invalid source",
			"A path that begins with / is another one on each machine. Write the path from the directory of this file, beginning with ./ or ../.")
		return location{}, false
	case remote(source):
		u.errorf(way, diag.NotBuiltYet, rng, "Not built yet",
			"Libraries from git and from registries are part of the language but not built yet in this version. Use a path that begins with ./ or ../, such as that of a git submodule.")
		return location{}, false
	}
	hint := diag.DidYouMean(source, u.standard())
	if slices.Contains(u.standard(), Std+source) {
		hint = ` Did you mean "` + Std + source + `"?`
	}
	u.errorf(way, diag.InvalidValue, rng, "Invalid source",
		"%q is no source of a library. Write a path that begins with ./ or ../, or std/NAME for one that ships with the program.%s", source, hint)
	return location{}, false
}

// remote tells whether a source looks like one of git or a registry.
func remote(source string) bool {
	host, _, _ := strings.Cut(source, "/")
	return strings.Contains(source, "://") || strings.Contains(source, "::") || strings.HasPrefix(source, "git@") || strings.Contains(host, ".")
}

// standard are the sources that ship with the program, by name and without std/ too.
func (u *user) standard() []string {
	if u.Std == nil {
		return nil
	}
	entries, _ := fs.ReadDir(u.Std, path.Clean(Std))
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, Std+e.Name())
		}
	}
	return names
}
