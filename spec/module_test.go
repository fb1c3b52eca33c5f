package spec

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
	"github.com/deployrecipe/recipe/recipes"
)

// version is that of the tool in all tests.
const version = "0.1.0"

// loaded is a recipe as it was read, and what it takes to evaluate it.
type loaded struct {
	decoded *decode.Module
	inputs  resolve.Inputs
	sources map[string]*hcl.File
	base    fs.FS // where the command runs
	// refs are the references of images, once they are learnt.
	refs map[addr.Addr]string
}

// blocks are the schemas of all top-level blocks.
func blocks(kinds []kind.Kind) []schema.Block {
	all := resolve.Blocks()
	for _, k := range kinds {
		all = append(all, *k.Schema())
	}
	return all
}

// load reads the recipe that options name, below a directory, as the commands do.
func load(t *testing.T, dir string, environ []string, o options) (*loaded, hcl.Diagnostics) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	files, diags := syntax.Load(root.FS(), o.path)
	m := &loaded{sources: files.Sources()}
	if len(files.Recipes) == 0 {
		return m, diags
	}
	if required := decode.CheckRequires(files, version); required.HasErrors() {
		return m, required
	}
	env := lookup(environ)
	settings := builtins.Environment(env)
	settings.ImageRef = func(a addr.Addr) (string, bool) {
		ref, ok := m.refs[a]
		return ref, ok
	}
	kinds := builtins.Kinds(settings)
	decoded, more := decode.Decode(files, blocks(kinds))
	diags = append(diags, more...)
	diags = append(diags, decode.Libraries{FS: root.FS(), Std: recipes.Files, Top: blocks(kinds), Version: version}.Use(decoded)...)
	maps.Copy(m.sources, decoded.Sources())
	m.decoded = decoded
	fsys, err := fs.Sub(root.FS(), files.Dir)
	if err != nil {
		t.Fatal(err)
	}
	base := dir
	m.base, dir = root.FS(), filepath.Join(dir, files.Dir)
	functions := funcs.Inputs{FS: fsys, Dir: dir, Env: env}
	m.inputs = resolve.Inputs{
		FS: fsys, Dir: dir, Origin: dir, Env: env, Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(functions),
		Library:   builtins.Library(functions, base, recipes.Files),
	}
	for _, k := range kinds {
		m.inputs.Kinds[k.Schema().Name] = k
	}
	diags = append(diags, m.values(t, files, environ, o)...)
	if diags.HasErrors() {
		_, more := resolve.Check(m.decoded, m.inputs)
		diags = append(diags, more...)
	}
	return m, diags
}

// values gathers the values for variables, those that count less first.
func (m *loaded) values(t *testing.T, files *syntax.Files, environ []string, o options) hcl.Diagnostics {
	var diags hcl.Diagnostics
	m.inputs.Vars = resolve.EnvVars(environ)
	add := func(file *syntax.File, source string) {
		values, bad := resolve.FileVars(file, source)
		m.inputs.Vars, diags = append(m.inputs.Vars, values...), append(diags, bad...)
	}
	for _, file := range files.Vars {
		add(file, file.Name)
	}
	for _, name := range o.files {
		text, err := fs.ReadFile(m.base, name)
		if err != nil {
			diags = append(diags, diag.Errorf(diag.FileUnreadable, nil, "File cannot be read",
				"Reading %q, given with --var-file, failed: it does not exist.", name))
			continue
		}
		file, bad := syntax.Parse(text, name)
		m.sources[name], diags = file.HCL, append(diags, bad...)
		add(file, "--var-file "+name)
	}
	for _, text := range o.vars {
		value, err := resolve.ParseVar(text)
		if err != nil {
			t.Fatal(err)
		}
		m.inputs.Vars = append(m.inputs.Vars, value)
	}
	return diags
}

// fetchSecrets lets the evaluation fetch secrets, as planning does.
func (m *loaded) fetchSecrets(ctx context.Context) {
	source := secret.Source{Env: m.inputs.Env, FS: m.inputs.FS, Dir: m.inputs.Dir}
	m.inputs.Secrets = func(s resolve.SecretSource) (string, error) {
		return source.Fetch(ctx, secret.Spec{Env: s.Env, File: s.File, Command: s.Command})
	}
}

func lookup(environ []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}
