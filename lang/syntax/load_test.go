package syntax

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func names(files []*File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Name)
	}
	return strings.Join(all, " ")
}

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"app/recipe.hcl": file(""), "app/b.recipe.hcl": file(""), "app/a.recipe.json": file("{}"),
		"app/x.auto.vars.hcl": file("a = 1\n"), "app/.b.recipe.hcl": file("]"), "app/other.hcl": file("]"),
		"app/sub/recipe.hcl": file("]"), "app/dir.recipe.hcl/x": file("]"),
	}
	tests := []struct{ path, dir, recipes, vars string }{
		{"app", "app", "app/a.recipe.json app/b.recipe.hcl app/recipe.hcl", "app/x.auto.vars.hcl"},
		{"app/", "app", "app/a.recipe.json app/b.recipe.hcl app/recipe.hcl", "app/x.auto.vars.hcl"},
		{"app/b.recipe.hcl", "app", "app/b.recipe.hcl", "app/x.auto.vars.hcl"},
	}
	for _, tt := range tests {
		files, diags := Load(fsys, tt.path)
		if diags.HasErrors() {
			t.Errorf("%s: %v", tt.path, diags)
		}
		got := []string{files.Dir, names(files.Recipes), names(files.Vars)}
		if diff := cmp.Diff([]string{tt.dir, tt.recipes, tt.vars}, got); diff != "" {
			t.Errorf("%s: %s", tt.path, diff)
		}
	}
}

// TestLoadErrors compares what people see.
func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name, dir string
		fsys      fstest.MapFS
		want      string
	}{
		{"no directory", "nowhere", fstest.MapFS{}, `Error: File not found

There is no file or directory "nowhere". Give the directory that holds the recipe, or run the command in it.
[file-not-found]
`},
		{"empty directory", ".", fstest.MapFS{"readme": file("")}, `Error: No recipe here

The directory "." holds no recipe.hcl, *.recipe.hcl or *.recipe.json. Let "recipe init" write one, or give another directory.
[no-recipes]
`},
		{"other name", ".", fstest.MapFS{"web.hcl": file("")}, `Error: No recipe here

The directory "." holds no recipe.hcl, *.recipe.hcl or *.recipe.json. If web.hcl is meant to be one, rename it to web.recipe.hcl.
[no-recipes]
`},
		{"pipe", ".", fstest.MapFS{"recipe.hcl": {Mode: fs.ModeNamedPipe}}, `Error: File cannot be read

Reading "recipe.hcl" failed: it is not a regular file.
[file-unreadable]
`},
		{"many megabytes", ".", fstest.MapFS{"recipe.hcl": file(strings.Repeat("\n", MaxFileSize+1))}, `Error: File too large

The file "recipe.hcl" has more than 4 MiB, the most that a recipe file may have. Large data belongs in files of its own.
[file-too-large]
`},
		{"UTF-16", ".", fstest.MapFS{"recipe.hcl": file("\xff\xfea\x00")}, `Error: Not UTF-8 text

The file "recipe.hcl" is in UTF-16. Save it as UTF-8.
[file-encoding]
`},
		{"NUL", ".", fstest.MapFS{"recipe.hcl": file("a = 1\nb = \"\x00\"\n")}, `Error: Not UTF-8 text

  on recipe.hcl line 2:
     2: b = "\x00"
             ^^^^

There is a NUL byte here, so this is no text file. Restore or rewrite the file.
[file-encoding]
`},
		{"latin-1", ".", fstest.MapFS{"recipe.hcl": file("b = \"ä\xe4\"\n")}, `Error: Not UTF-8 text

  on recipe.hcl line 1:
     1: b = "ä\xe4"
              ^^^^

The byte 0xe4 here is not valid UTF-8. Save the file as UTF-8.
[file-encoding]
`},
		{"JSON", ".", fstest.MapFS{"a.recipe.json": file("{\"a\": [1,]}")}, `Error: Trailing comma in array

  on a.recipe.json line 1:
     1: {"a": [1,]}
                ^

JSON does not permit a trailing comma after the final value in an array.
[syntax-error]
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, diags := Load(tt.fsys, tt.dir)
			var b strings.Builder
			if err := diag.Print(&b, files.Sources(), diags, diag.Style{Width: 200}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseTolerates(t *testing.T) {
	f, diags := Parse([]byte("\xef\xbb\xbfa = <<E\r\nx\r\nE\r\n"), "recipe.hcl")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	attrs, _ := f.HCL.Body.JustAttributes()
	if v, _ := attrs["a"].Expr.Value(nil); v.AsString() != "x\n" {
		t.Errorf("%#v", v)
	}
}

// TestBounds gives what overflows the parsers' stacks, or keeps them busy for long: a quarter of a file's bound is enough.
func TestBounds(t *testing.T) {
	fill := func(head, body, tail string) string {
		return head + strings.Repeat(body, (MaxFileSize/4-len(head)-len(tail))/len(body)) + tail
	}
	tests := []struct {
		name, file, src string
		want            diag.Code
	}{
		{"brackets", ".hcl", fill("a=", "[", ""), diag.NestingTooDeep},
		{"blocks", ".hcl", fill("", "a {\n", ""), diag.NestingTooDeep},
		{"operators", ".hcl", fill("a=1", "+1", ""), diag.NestingTooDeep},
		{"unary", ".hcl", fill("a=", "!", ""), diag.NestingTooDeep},
		{"conditionals", ".hcl", fill("a=1", "?1:1", ""), diag.NestingTooDeep},
		{"indexes", ".hcl", fill("a=b", "[0]", ""), diag.NestingTooDeep},
		{"lines of a for", ".hcl", fill("a={for k, v in x: k => 1", "\n\n#\n+1", "}"), diag.NestingTooDeep},
		{"indexes on lines of a for", ".hcl", fill("a={for k, v in x: k => 1", "\n[0]", "}"), diag.NestingTooDeep},
		{"templates", ".hcl", fill(`a="`, `${"`, ""), diag.NestingTooDeep},
		{"directives", ".hcl", fill(`a="`, `%{if true}`, ""), diag.NestingTooDeep},
		{"escapes", ".hcl", fill(`a="`, `$${`, `"`), diag.TextTooLong},
		{"heredocs", ".hcl", fill("", "a=<<E\n", ""), diag.TextTooLong},
		{"lines with templates", ".hcl", fill("a=<<E\n", "x ${b}\n", "E\n"), diag.TextTooLong},
		{"digits", ".hcl", fill("a=", "1", ""), diag.NumberTooLarge},
		{"exponent", ".hcl", "a = 1e999999999", diag.NumberTooLarge},
		{"negative exponent", ".hcl", "a = 1e-0401", diag.NumberTooLarge},
		{"JSON brackets", ".json", fill(`{"a":`, "[", ""), diag.NestingTooDeep},
		{"JSON exponent", ".json", `{"a": 1E+999999999}`, diag.NumberTooLarge},
		{"JSON template", ".json", fill(`{"a": "${`, "[", `"}`), diag.NestingTooDeep},
		{"JSON escaped template", ".json", fill(`{"a": "\u0024{`, "[", `"}`), diag.NestingTooDeep},
		{"JSON template exponent", ".json", `{"a": "${1e999999999}"}`, diag.NumberTooLarge},
		{"JSON type", ".json", fill(`{"a": "`, "[", `"}`), diag.NestingTooDeep},
		{"namespaces of a function", ".hcl", fill("a=f", "::f", ""), diag.NestingTooDeep},
		{"size", ".hcl", "#" + strings.Repeat("x", MaxFileSize), diag.FileTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, diags := Parse([]byte(tt.src), "x.recipe"+tt.file)
			if len(diags) != 1 || diag.CodeOf(diags[0]) != tt.want || !f.Broken {
				t.Fatalf("got %v, want %s", shorten(diags), tt.want)
			}
		})
	}
}

func shorten(diags hcl.Diagnostics) string {
	if len(diags) == 0 {
		return "nothing"
	}
	return diags[0].Summary
}

// TestWithinBounds gives what people write.
func TestWithinBounds(t *testing.T) {
	for _, src := range []string{
		"locals {\n" + uniqueLines(3000, " = !a || b # why\n") + "}\n",
		"a = [" + strings.Repeat("1 + 1, ", 3000) + "]\n",
		"a = <<E\n" + strings.Repeat("a line of a file that was written out\n", 3000) + "E\n",
		"a = 1e400\nb = 0.000001\n",
	} {
		if _, diags := Parse([]byte(src), "recipe.hcl"); diags.HasErrors() {
			t.Errorf("%.40q: %v", src, diags[0])
		}
	}
	text := `{"a": "` + strings.Repeat("-", 40000) + strings.Repeat("(:", 5000) + `"}`
	if _, diags := Parse([]byte(text), "a.recipe.json"); diags.HasErrors() {
		t.Error(diags)
	}
}

func uniqueLines(n int, rest string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("x" + strings.Repeat("i", i%50) + string(rune('a'+i/50%26)) + string(rune('a'+i/1300)) + rest)
	}
	return b.String()
}

// endless is a device that never ends.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	return len(b), nil
}

func TestReadIsBounded(t *testing.T) {
	var e endless
	src, err := Read(&e)
	if err != nil || e.read > 2*MaxFileSize {
		t.Errorf("read %d bytes, %v", e.read, err)
	}
	if _, diags := Parse(src, "recipe.hcl"); len(diags) != 1 || diag.CodeOf(diags[0]) != diag.FileTooLarge {
		t.Errorf("got %v", shorten(diags))
	}
}
