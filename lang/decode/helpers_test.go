package decode

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func parseExpr(t *testing.T, src string) hcl.Expression {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(src), "x", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return expr
}

func TestSchemaIsSound(t *testing.T) {
	for _, problem := range schema.Validate(testSchema()) {
		t.Error(problem)
	}
}

func TestReferences(t *testing.T) {
	tests := []struct {
		src  string
		want []string
	}{
		{`1 + 2`, nil},
		{`service.web.http`, []string{"service.web.http"}},
		{`service.web["main"].name`, []string{`service.web["main"].name`}},
		{`image.web[each.key].ref`, []string{"each.key", "image.web"}},
		{`service.web[0].name`, []string{`service.web["0"].name`}},
		{`local.a[local.b[each.key].c].d`, []string{"each.key", "local.b", "local.a"}},
		{`[for k in var.keys : service.web[k].name]`, []string{"var.keys", "service.web"}},
		{`service.web[*].name`, []string{"service.web"}},
		{`[for s in var.list : "${s}-${local.x}"]`, []string{"var.list", "local.x"}},
		{`upper(var.a) == null ? use.cache.service.main : self`, []string{"var.a", "use.cache.service.main", "self"}},
	}
	for _, tt := range tests {
		var got []string
		for _, r := range References(parseExpr(t, tt.src)) {
			got = append(got, r.String())
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.src, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: got %q, want %q", tt.src, got, tt.want)
			}
		}
	}
}

func TestUndeclared(t *testing.T) {
	tests := []struct {
		src        string
		depth      int
		candidates []string
		want       string
		from, to   int
	}{
		{"servce.web", 0, []string{"var", "service"}, `There is nothing named "servce" to refer to. Did you mean "service"?`, 1, 7},
		{"service.wep.name", 1, []string{"web"}, `No service is named "wep". Did you mean "web"?`, 8, 12},
		{"var.zzz", 1, []string{"name"}, `No variable is named "zzz".`, 4, 8},
		{`service.web["a"].nmae`, 3, []string{"name"}, `service.web["a"] has no attribute "nmae". Did you mean "name"?`, 17, 22},
	}
	for _, tt := range tests {
		refs := References(parseExpr(t, tt.src))
		d := refs[0].Undeclared(tt.depth, tt.candidates)
		if d.Detail != tt.want {
			t.Errorf("%s: got %s", tt.src, d.Detail)
		}
		if d.Subject.Start.Column != tt.from || d.Subject.End.Column != tt.to {
			t.Errorf("%s: at %v", tt.src, d.Subject)
		}
	}
}

func TestIsLiteral(t *testing.T) {
	for src, want := range map[string]bool{
		`"a"`: true, `-1`: true, `null`: true, `["a", { b = (true) }]`: true, "<<E\na\nE\n": true,
		`"${"a"}${1 + 1}"`: false, `var.a`: false, `upper("a")`: false, `1 + 1`: false, `{ (a) = 1 }`: false,
	} {
		if got := isLiteral(parseExpr(t, src)); got != want {
			t.Errorf("%s: got %v", src, got)
		}
	}
}

func TestRequires(t *testing.T) {
	tests := []struct{ constraint, version, want string }{
		{">= 0.1", "0.3.1", ""},
		{">= 0.4", "0.3.1", "Another version is required"},
		{"~> 0.3", "0.3.1-beta.1", ""},
		{"> 1, > ", "0.3.1", "Invalid version constraint"},
		{">= 99", "devel", ""},
	}
	for _, tt := range tests {
		files := loadString(t, `recipe { requires = "`+tt.constraint+`" }`)
		got := ""
		if diags := CheckRequires(files, tt.version); len(diags) > 0 {
			got = diags[0].Summary
		}
		if got != tt.want {
			t.Errorf("%q with %q: got %q, want %q", tt.constraint, tt.version, got, tt.want)
		}
	}
}

func loadString(t *testing.T, src string) *syntax.Files {
	t.Helper()
	files, diags := syntax.Load(fstest.MapFS{"recipe.hcl": {Data: []byte(src)}}, ".")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return files
}
