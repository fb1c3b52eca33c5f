package diag

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/fold"
)

func TestSuggest(t *testing.T) {
	words := []string{"image", "images", "count", "read_only", "env", "end"}
	for word, want := range map[string]string{
		"imgae": "image", "cuont": "count", "read-only": "read_only", "IMAGE": "image", "enx": "env", "image": "images",
		"zebra": "", "x": "", strings.Repeat("image", 99): "",
	} {
		if got := Suggest(word, words); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if got := DidYouMean("imgae", words); got != ` Did you mean "image"?` {
		t.Error(got)
	}
}

func TestCodesAreDocumented(t *testing.T) {
	seen := map[Code]bool{}
	for _, info := range Codes() {
		if info.Code == "" || info.Summary == "" || info.Section == "" || !strings.HasSuffix(info.Doc, ".") || seen[info.Code] {
			t.Errorf("%+v", info)
		}
		seen[info.Code] = true
	}
}

func TestCodeOf(t *testing.T) {
	foreign := &hcl.Diagnostic{Summary: "x", Extra: 7}
	named := WithCode(SyntaxError, hcl.Diagnostics{foreign, Errorf(NoRecipes, nil, "y", "z")})
	if CodeOf(foreign) != "" || CodeOf(named[0]) != SyntaxError || CodeOf(named[1]) != NoRecipes {
		t.Error(CodeOf(foreign), CodeOf(named[0]), CodeOf(named[1]))
	}
	if n, ok := hcl.DiagnosticExtra[int](named[0]); !ok || n != 7 {
		t.Error("the diagnostic's own extra is lost")
	}
}

func TestFromError(t *testing.T) {
	if FromError(StepFailed, nil, nil) != nil {
		t.Error("a diagnostic of no error")
	}
	d := FromError(StepFailed, errors.New("no such image"), nil)
	if d.Summary != "Step failed" || d.Detail != "No such image." {
		t.Errorf("%+v", d)
	}
}

// source has its places marked by their text.
const source = "service \"web\" {\n\timage = \"日本\x1b[2J\" + oops\n  a = [\n    1,\n  ]\n}\n"

func rangeOf(t *testing.T, text string) *hcl.Range {
	t.Helper()
	i := strings.Index(source, text)
	if i < 0 {
		t.Fatal(text)
	}
	pos := func(i int) hcl.Pos {
		return hcl.Pos{Line: strings.Count(source[:i], "\n") + 1, Column: 1, Byte: i}
	}
	return &hcl.Range{Filename: "a.hcl", Start: pos(i), End: pos(i + len(text))}
}

func show(t *testing.T, style Style, diags ...*hcl.Diagnostic) string {
	t.Helper()
	// The source has an error on purpose; its blocks are found all the same.
	file, _ := hclsyntax.ParseConfig([]byte(source), "a.hcl", hcl.InitialPos)
	var b strings.Builder
	if err := Print(&b, map[string]*hcl.File{"a.hcl": file}, diags, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrint(t *testing.T) {
	tests := []struct {
		name  string
		style Style
		diags []*hcl.Diagnostic
		want  string
	}{
		{"wide and hostile text before the subject", Style{}, []*hcl.Diagnostic{
			Errorf(UnknownReference, rangeOf(t, "oops"), "Unknown reference", "Evil \x1b]0;title\a name \u202e%s.", "oops"),
		}, `Error: Unknown reference

  on a.hcl line 2, in service "web":
     2:   image = "日本\x1b[2J" + oops
                                  ^^^^

Evil \x1b]0;title\x07 name \u202eoops.
[unknown-reference]
`},
		{"a subject over several lines", Style{}, []*hcl.Diagnostic{
			Warningf(WrongType, rangeOf(t, "[\n    1,\n  ]"), "Wrong type", ""),
		}, `Warning: Wrong type

  on a.hcl line 3, in service "web":
     3:   a = [
              ^
[wrong-type]
`},
		{"wrapped, with code kept as it is", Style{Width: 30}, []*hcl.Diagnostic{
			Errorf(NoRecipes, nil, "No recipe", "Some words that are too long for one line, then\n  code that is much longer than that\nand words."),
		}, `Error: No recipe

Some words that are too long
for one line, then
  code that is much longer than that
and words.
[no-recipes]
`},
		{"sorted, without duplicates, no source", Style{}, []*hcl.Diagnostic{
			Errorf(WrongType, &hcl.Range{Filename: "z.hcl", Start: hcl.Pos{Line: 9}}, "Z", ""),
			Errorf(WrongType, &hcl.Range{Filename: "b.hcl", Start: hcl.Pos{Line: 9}}, "B9", ""),
			Errorf(WrongType, &hcl.Range{Filename: "b.hcl", Start: hcl.Pos{Line: 2}}, "B2", ""),
			Errorf(WrongType, &hcl.Range{Filename: "b.hcl", Start: hcl.Pos{Line: 2}}, "B2", ""),
			{Severity: hcl.DiagError, Summary: "First"},
		}, `Error: First

Error: B2

  on b.hcl line 2
[wrong-type]

Error: B9

  on b.hcl line 9
[wrong-type]

Error: Z

  on z.hcl line 9
[wrong-type]
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, show(t, tt.style, tt.diags...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPrintColor(t *testing.T) {
	got := show(t, Style{Color: true}, Errorf(WrongType, rangeOf(t, "oops"), "Wrong", ""))
	for _, want := range []string{"\x1b[1;31mError:\x1b[0m", "\x1b[4moops\x1b[0m", "\x1b[1;31m^^^^\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestLongLine(t *testing.T) {
	long := strings.Repeat("x", 5000)
	src := long + " here " + long
	file := &hcl.File{Bytes: []byte(src)}
	rng := &hcl.Range{Filename: "a", Start: hcl.Pos{Line: 1, Byte: 5001}, End: hcl.Pos{Line: 1, Byte: 5005}}
	var b strings.Builder
	if err := Print(&b, map[string]*hcl.File{"a": file}, hcl.Diagnostics{Errorf(WrongType, rng, "W", "")}, Style{Width: 60}); err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(b.String()) {
		if fold.Columns(l) > 62 {
			t.Errorf("%d columns: %s", fold.Columns(l), l)
		}
	}
	if !strings.Contains(b.String(), " here ") {
		t.Error(b.String())
	}
}

// TestStaleRange prints ranges that lie outside the source, as after an edit.
func TestStaleRange(t *testing.T) {
	for _, r := range []hcl.Range{
		{Start: hcl.Pos{Line: 1, Byte: 99}, End: hcl.Pos{Line: 1, Byte: 100}},
		{Start: hcl.Pos{Line: 1, Byte: 2}, End: hcl.Pos{Line: 1, Byte: 1}},
		{Start: hcl.Pos{Line: 1, Byte: -1}, End: hcl.Pos{Line: 1, Byte: 1}},
		{Start: hcl.Pos{Line: 1, Byte: 1}, End: hcl.Pos{Line: 1, Byte: 100}},
	} {
		if l, ok := cut([]byte("abc"), r); ok && l.before+l.subject+l.after != "abc" {
			t.Errorf("%v: %+v", r, l)
		}
	}
}
