package resolve

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/eval/state"
)

// Head evaluates what the name reads and nothing else: the service has an error that is no matter of it, and no
// secret is fetched.
func TestHead(t *testing.T) {
	tests := []struct {
		name, recipe, want, err string
	}{
		{"variables and locals", `recipe { name = "shop-${local.env}" }
			locals { env = var.env }
			variable "env" { default = "test" }
			service "web" { image = 1 / 0 }`, "shop-test", ""},
		{"engine", `recipe {
			name   = "shop"
			engine = "ssh://${recipe.name}"
		}`, "shop ssh://shop", ""},
		{"of itself", `recipe { name = "x${recipe.name}" }`, "", "Circle of values"},
		{"of a service", `recipe { name = service.web.name }
			service "web" { image = "x" }`, "", "Circle of values"},
		{"secret", `recipe { name = secret.key }
			secret "key" { file = "/nowhere" }`, "", "Sensitive value"},
		{"null", `recipe { name = null }`, "", "The recipe has no name"},
		{"empty", `recipe { name = "" }`, "", "Invalid name"},
		{"ends with a dash", `recipe { name = "a-" }`, "", "Invalid name"},
		{"too long", `recipe { name = "` + strings.Repeat("a", 41) + `" }`, "", "Invalid name"},
		{"missing variable", `recipe { name = var.env }
			variable "env" {}`, "", "Missing value"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(test.recipe)}}})
			head, diags := Head(m, inputs())
			var got string
			for _, d := range diags {
				got += d.Summary
			}
			if got != test.err {
				t.Fatalf("got the errors %v, want %q", diags, test.err)
			}
			if got := strings.TrimSpace(head.Name + " " + head.Engine); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if head.Origin != "git.example.com/shop" || head.Dir != "/srv/shop" || head.Revision != "abc123" {
				t.Errorf("the inputs are missing: %+v", head)
			}
		})
	}
}

// Equal meanings give equal bytes.
func TestCanonical(t *testing.T) {
	pairs := [][2]string{
		{`memory = "256MiB"`, `memory = 268435456`},
		{`memory = "1.5g"`, `memory = "1536m"`},
		{`health { interval = "60s" }`, `health { interval = "1m" }`},
		{`count = 1`, ``},
		{`count = null`, ``},
		{`env = { A = 1, B = "x" }`, `env = { B = "x", A = "1", C = null }`},
		{`cpus = 0.50`, `cpus = "0.5"`},
		{`command = ["a", null, "b"]`, `command = ["a", "b"]`},
		{`extra = { a = 1e3 }`, `extra = { a = 1000, b = null }`},
	}
	for _, pair := range pairs {
		if a, b := spec(t, pair[0]), spec(t, pair[1]); a != b {
			t.Errorf("%s gives %s, and %s gives %s", pair[0], a, pair[1], b)
		}
	}
}

func spec(t *testing.T, body string) string {
	t.Helper()
	text := "recipe { name = \"shop\" }\nservice \"web\" {\n  image = \"x\"\n" + body + "\n}\n"
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(text)}}})
	d, diags := Resolve(m, inputs())
	if diags.HasErrors() {
		t.Fatal(body, diags)
	}
	return string(d.Resources[0].Spec)
}

// Two values whose keys give them one path keep apart, always in the same way.
func TestSecretsOfOnePath(t *testing.T) {
	text := `recipe { name = "shop" }
secret "key" { env = "KEY" }
service "web" {
  image = "x"
  file "a" { content = "${secret.key}1" }
  env = { "a.b" = "${secret.key}2", "a" = secret.key }
}`
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(text)}}})
	d, diags := Resolve(m, inputs())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var web *state.Resource
	for _, r := range d.Resources {
		if r.Addr.Kind == "service" {
			web = r
		}
	}
	if got := web.Secrets["env.a.b"] + web.Secrets["env.a"] + web.Secrets["file.a.content"]; got != "value of KEY2value of KEYvalue of KEY1" {
		t.Errorf("got %q", web.Secrets)
	}
	if strings.Contains(string(web.Spec), "value of") {
		t.Errorf("a secret is in %s", web.Spec)
	}
}
