package decode

import (
	"bytes"
	"flag"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// testSchema has one of everything that decoding tells apart.
func testSchema() []schema.Block {
	str, anyValue := schema.Str(), schema.AnyValue()
	http := schema.Obj(
		schema.Arg{Name: "port", Type: str, Required: true, Doc: "The named port to ask. Numbers are no names."},
		schema.Arg{Name: "path", Type: str, Doc: "The path to get."},
		schema.Arg{Name: "headers", Type: schema.MapOf(str), Doc: "Headers to send."},
		schema.Arg{Name: "body", Type: str, Doc: "A pattern.", Later: "checks of a body"},
	)
	return []schema.Block{
		{Name: "recipe", Doc: "The recipe.", Max: 1, Args: []schema.Arg{
			{Name: "name", Type: str, Doc: "Its name."},
			{Name: "requires", Type: str, Static: true, Doc: "The versions that can read it."},
		}},
		{Name: "locals", Doc: "Named values.", Free: &anyValue},
		{Name: "variable", Label: "name", Doc: "An input.", Args: []schema.Arg{
			{Name: "type", Type: anyValue, Raw: true, Doc: "The type."},
		}},
		{Name: "service", Label: "name", Resource: true, Doc: "A service.", Args: []schema.Arg{
			{Name: "image", Type: str, Required: true, Doc: "The image to run. It is pulled if absent."},
			{Name: "count", Type: schema.Whole(0, 9), Doc: "Replicas."},
			{Name: "env", Type: schema.MapOf(str), Doc: "The environment."},
			{Name: "check", Type: schema.EitherOf(schema.ListOf(http), http), Doc: "What to ask."},
			{Name: "gpus", Type: str, Later: "machines with accelerators", Doc: "Accelerators."},
		}, Blocks: []schema.Block{
			{Name: "expose", Label: "name", Doc: "A port.", Args: []schema.Arg{
				{Name: "port", Type: schema.Whole(1, 65535), Required: true, Doc: "The container's port."},
			}},
			{Name: "mount", Label: "path", Doc: "A mount."},
			{Name: "health", Max: 1, Doc: "Health."},
			{Name: "stage", Label: "name", Sequence: true, Doc: "A stage."},
			{Name: "canary", Later: "canary releases", Doc: "A canary."},
		}},
		{Name: "port", Label: "name", Resource: true, Doc: "A port.", Blocks: []schema.Block{
			{Name: "route", Min: 1, Doc: "Where requests go."},
		}},
		{Name: "image", Label: "name", Resource: true, Ordered: true, Doc: "An image.", Args: []schema.Arg{
			{Name: "context", Type: str, Doc: "The build context."},
		}, Blocks: []schema.Block{
			{Name: "from", Doc: "The base.", Args: []schema.Arg{{Name: "image", Type: str, Doc: "Its reference."}}},
			{Name: "run", Doc: "A command.", Args: []schema.Arg{{Name: "shell", Type: str, Doc: "The command line."}}},
		}},
		{Name: "moved", Later: "renaming", Doc: "A new name."},
	}
}

// TestDiagnostics decodes the files of each archive and compares what people see; where there is nothing to see,
// "want" holds the module.
func TestDiagnostics(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := run(archive)
			last := len(archive.Files) - 1
			if *update {
				archive.Files[last].Data = []byte(got)
				write(t, name, txtar.Format(archive))
				return
			}
			if diff := cmp.Diff(string(archive.Files[last].Data), got); diff != "" {
				t.Errorf("run with -update to accept (-want +got):\n%s", diff)
			}
		})
	}
}

// run returns the rendered diagnostics of the recipe in an archive, or an outline of its module.
func run(archive *txtar.Archive) string {
	files, diags := syntax.Load(fsOf(archive), ".")
	diags = append(diags, CheckRequires(files, "0.3.1")...)
	module, more := Decode(files, testSchema())
	diags = append(diags, more...)
	var b bytes.Buffer
	if len(diags) == 0 {
		outline(&b, module.Blocks, "")
		return b.String()
	}
	_ = diag.Print(&b, files.Sources(), diags, diag.Style{Width: 100}) // a buffer does not fail
	return b.String()
}

func fsOf(archive *txtar.Archive) fs.FS {
	m := fstest.MapFS{}
	for _, f := range archive.Files {
		m[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return m
}

// outline writes the structure of decoded blocks, a line each.
func outline(b *bytes.Buffer, blocks []*Block, indent string) {
	for _, blk := range blocks {
		b.WriteString(indent + blk.String() + " @" + blk.Range.String() + "\n")
		for _, name := range blk.ArgOrder {
			outlineArg(b, blk.Args[name], indent+"  ")
		}
		outline(b, blk.Blocks, indent+"  ")
	}
}

func outlineArg(b *bytes.Buffer, a *Arg, indent string) {
	var refs []string
	for _, r := range References(a.Expr) {
		refs = append(refs, r.String())
	}
	b.WriteString(strings.TrimRight(indent+"."+a.Name+" @"+a.NameRange.String()+" "+strings.Join(refs, " "), " ") + "\n")
	for _, name := range a.KeyOrder {
		outlineArg(b, a.Keys[name], indent+"  ")
	}
	for _, el := range a.Elems {
		outlineArg(b, el, indent+"  ")
	}
}
