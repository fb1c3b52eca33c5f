package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

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

// module is a recipe as it was read, and what it takes to evaluate it.
type module struct {
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
	files, diags := syntax.Load(osFS{}, path)
	a.addSources(files.Sources())
	if len(files.Recipes) == 0 {
		return nil, diags
	}
	if required := decode.CheckRequires(files, versionText()); required.HasErrors() {
		return nil, required
	}
	m := &module{}
	settings := builtins.Environment(a.env)
	settings.ImageRef = m.imageRef
	kinds := builtins.Kinds(settings)
	decoded, more := decode.Decode(files, schemas(kinds))
	diags = append(diags, more...)
	libraries := decode.Libraries{FS: osFS{}, Std: recipes.Files, Top: schemas(kinds), Version: versionText()}
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
	allowed, more := o.allowed()
	diags = append(diags, more...)
	base, err := os.Getwd()
	if err != nil {
		return nil, append(diags, diag.FromError(diag.FileUnreadable, err, nil))
	}
	functions := funcs.Inputs{FS: root.FS(), Dir: dir, Allowed: allowed, Env: a.env}
	m.decoded, m.kinds, m.functions = decoded, kinds, functions
	m.inputs = resolve.Inputs{
		FS: root.FS(), Dir: dir, Env: a.env, Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(functions),
		Library:   builtins.Library(functions, base, recipes.Files),
	}
	for _, k := range kinds {
		m.inputs.Kinds[k.Schema().Name] = k
	}
	m.inputs.Vars, more = a.values(files, o)
	diags = append(diags, more...)
	if diags.HasErrors() {
		_, more := resolve.Check(m.decoded, m.inputs)
		diags = append(diags, more...)
	}
	return m, diags
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
