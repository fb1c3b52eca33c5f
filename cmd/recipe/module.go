package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
	"github.com/deployrecipe/recipe/recipes"
)

// variableOptions are where values for variables come from besides the environment and *.auto.vars.hcl, and where
// functions may read besides the recipe's directory.
type variableOptions struct{ vars, files, allow []string }

func (o *variableOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.vars, "var", nil, "`NAME=VALUE` for a variable of the recipe; may be repeated")
	cmd.Flags().StringArrayVar(&o.files, "var-file", nil, "`FILE` of values for variables; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("var", completeVariables) // fails only for an option that is not there
	_ = cmd.MarkFlagFilename("var-file", "hcl", "json")
	cmd.Flags().StringArrayVar(&o.allow, "allow-files", nil, "let functions read files of `DIR` too, outside the recipe's directory; may be repeated")
}

// source is where the text of a recipe and its inputs come from: files and the environment, or a saved plan.
type source struct {
	// path is the recipe's directory or file, in fs.
	path  string
	fs    fs.FS
	reads *saved.Reads
	// settings are what the environment says of the edge.
	settings builtins.Settings
	values   func(*syntax.Files) ([]resolve.VarValue, hcl.Diagnostics)
	allow    variableOptions
}

// module is a recipe as it was read, and what it takes to evaluate it.
type module struct {
	source
	decoded *decode.Module
	kinds   []kind.Kind
	inputs  resolve.Inputs
	// functions are what those of the inputs know.
	functions funcs.Inputs
	refs      map[addr.Addr]string // see imagerefs.go; nil until they are learnt
}

// load reads the recipe at path. Its diagnostics are all that can be found without evaluating anything; where
// they have errors, what an evaluation without inputs finds as well, so that one run reports everything.
func (a *app) load(path string, o variableOptions) (*module, hcl.Diagnostics) {
	return a.loadFrom(source{path: path, fs: osFS{}, reads: &saved.Reads{}, settings: builtins.Environment(a.env), allow: o,
		values: func(files *syntax.Files) ([]resolve.VarValue, hcl.Diagnostics) { return a.values(files, o) }})
}

// loadFrom reads the recipe of a source.
func (a *app) loadFrom(from source) (*module, hcl.Diagnostics) {
	files, diags := syntax.Load(from.fs, from.path)
	a.addSources(files.Sources())
	if len(files.Recipes) == 0 {
		return nil, diags
	}
	if required := decode.CheckRequires(files, versionText()); required.HasErrors() {
		return nil, required
	}
	m := &module{source: from}
	settings := from.settings
	settings.ImageRef = m.imageRef
	kinds := builtins.Kinds(settings)
	decoded, more := decode.Decode(files, schemas(kinds))
	diags = append(diags, more...)
	libraries := decode.Libraries{FS: from.fs, Std: recipes.Files, Top: schemas(kinds), Version: versionText()}
	diags = append(diags, libraries.Use(decoded)...)
	a.addSources(decoded.Sources())
	dir, err := filepath.Abs(files.Dir)
	if err != nil {
		return nil, append(diags, diag.FromError(diag.FileUnreadable, err, nil))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, append(diags, diag.Errorf(diag.FileUnreadable, nil, "File cannot be read", "Reading %q failed: %s.", dir, reason(err)))
	}
	allowed, more := from.allow.allowed(from.reads)
	diags = append(diags, more...)
	base, err := os.Getwd()
	if err != nil {
		return nil, append(diags, diag.FromError(diag.FileUnreadable, err, nil))
	}
	functions := watched(funcs.Inputs{FS: root.FS(), Dir: dir, Allowed: allowed, Env: a.env}, from.reads)
	m.decoded, m.kinds, m.functions = decoded, kinds, functions
	m.inputs = resolve.Inputs{
		FS: root.FS(), Dir: dir, Env: a.env, Kinds: map[string]kind.Kind{}, Sensitive: functions.Sensitive,
		Functions: builtins.Functions(functions),
		Library:   builtins.Library(functions, base, recipes.Files),
	}
	for _, k := range kinds {
		m.inputs.Kinds[k.Schema().Name] = k
	}
	m.inputs.Vars, more = from.values(files)
	diags = append(diags, more...)
	if diags.HasErrors() {
		_, more := resolve.Check(m.decoded, m.inputs)
		diags = append(diags, more...)
	}
	return m, diags
}

// watched has the answers that functions get kept, by names that do not depend on where the recipe's directory is.
func watched(in funcs.Inputs, reads *saved.Reads) funcs.Inputs {
	name := func(dir string) string {
		if below, err := filepath.Rel(in.Dir, dir); err == nil {
			return filepath.ToSlash(below)
		}
		return dir
	}
	in.FS, in.Env = reads.FS(".", in.FS), reads.Env(in.Env)
	in.Watch = func(dir string, fsys fs.FS) fs.FS { return reads.FS(name(dir), fsys) }
	in.Revision = func(dir string, ask func() (string, error)) (string, error) { return reads.Revision(name(dir), ask) }
	in.Sensitive = func(v cty.Value) { eachText(v, reads.Secret) }
	return in
}

// eachText calls f for the texts and numbers in a value.
func eachText(v cty.Value, f func(string)) {
	v, _ = v.UnmarkDeep()
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if !v.IsNull() && v.IsKnown() && (v.Type() == cty.String || v.Type() == cty.Number) {
			text, err := convert.Convert(v, cty.String)
			if err == nil {
				f(text.AsString())
			}
		}
		return true, nil
	})
}

// schemas are those of all top-level blocks.
func schemas(kinds []kind.Kind) []schema.Block {
	blocks := resolve.Blocks()
	for _, k := range kinds {
		blocks = append(blocks, *k.Schema())
	}
	return blocks
}

// values gathers the values for variables, those that count less first.
func (a *app) values(files *syntax.Files, o variableOptions) ([]resolve.VarValue, hcl.Diagnostics) {
	values := resolve.EnvVars(a.environ)
	var diags hcl.Diagnostics
	for _, file := range files.Vars {
		more, bad := resolve.FileVars(file, file.Name)
		values, diags = append(values, more...), append(diags, bad...)
	}
	for _, name := range o.files {
		src, err := readSource(name)
		if err != nil {
			diags = append(diags, diag.Errorf(diag.FileUnreadable, nil, "File cannot be read",
				"Reading %q, given with --var-file, failed: %s.", name, reason(err)))
			continue
		}
		file, bad := syntax.Parse(src, name)
		a.addSources(map[string]*hcl.File{name: file.HCL})
		diags = append(diags, bad...)
		more, bad := resolve.FileVars(file, "--var-file "+name)
		values, diags = append(values, more...), append(diags, bad...)
	}
	for _, text := range o.vars {
		value, err := resolve.ParseVar(text)
		if err != nil {
			diags = append(diags, diag.Errorf(diag.InvalidVariable, nil, "Invalid value for a variable", "%s.", capital(err.Error())))
			continue
		}
		values = append(values, value)
	}
	return values, diags
}

// readSource reads a file named on the command line, which may be a pipe, up to the bound of syntax.Parse.
func readSource(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return syntax.Read(file)
}

// fetchSecrets lets the module's evaluation fetch secrets, which only planning and applying do. Their files may
// be anywhere: whoever wrote the recipe could as well have it run a command.
func (m *module) fetchSecrets(ctx context.Context) {
	source := secret.Source{Env: m.inputs.Env, FS: osFS{m.inputs.Dir}, Dir: m.inputs.Dir}
	m.inputs.Secrets = func(s resolve.SecretSource) (string, error) {
		return source.Fetch(ctx, secret.Spec{Env: s.Env, File: s.File, Command: s.Command})
	}
}

func (a *app) addSources(sources map[string]*hcl.File) {
	if a.sources == nil {
		a.sources = map[string]*hcl.File{}
	}
	maps.Copy(a.sources, sources)
}

// osFS is the whole file system by the names that people use, absolute ones and those that begin with ".." too, so
// that messages name files as they were given. Relative names start at the base, or where the program runs.
type osFS struct{ base string }

func (f osFS) at(name string) string {
	if f.base == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(f.base, name)
}

// Open opens a file.
func (f osFS) Open(name string) (fs.File, error) { return os.Open(f.at(name)) }

// Stat tells about a file.
func (f osFS) Stat(name string) (fs.FileInfo, error) { return os.Stat(f.at(name)) }

// ReadDir lists a directory.
func (f osFS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(f.at(name)) }
