package resolve

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

const consoleModule = `
recipe { name = "shop" }
variable "given" { default = "g" }
variable "missing" { type = string }
variable "password" {
  default   = "hunter2"
  sensitive = true
}
locals {
  list   = [1, "two", true, null]
  broken = upper(1, 2)
}
service "web" {
  image = "redis:7"
  env   = { GIVEN = var.given, PASSWORD = var.password }
  expose "http" { port = 80 }
}
secret "token" { env = "TOKEN" }
output "image" { value = service.web.image }
output "hidden" {
  value     = "x"
  sensitive = true
}
`

func TestConsole(t *testing.T) {
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(consoleModule)}}})
	c := NewConsole(m, inputs())
	for _, tt := range []struct{ in, want, err string }{
		{in: `1 + 1`, want: `2`},
		{in: `var.given`, want: `"g"`},
		{in: `"${var.given}\t\u0007"`, want: `"g\t\u0007"`},
		{in: `var.missing`, want: `(not known yet)`},
		{in: `"a-${var.password}"`, want: `(sensitive value)`},
		{in: `secret.token`, want: `(sensitive value)`},
		{in: `output.hidden`, want: `(sensitive value)`},
		{in: `local.list`, want: "[\n  1,\n  \"two\",\n  true,\n  null,\n]"},
		{in: `{ a = [], "b c" = {}, long = null }`, want: "{\n  a     = []\n  \"b c\" = {}\n  long  = null\n}"},
		{in: `"a\n$${b}\n"`, want: "<<EOT\na\n$${b}\nEOT"},
		{in: `"a\nEOT\n"`, want: `"a\nEOT\n"`},
		{in: `[service.web]`, want: "[\n  service.web,\n]"},
		{in: `service.web.http`, want: "service.web.http"},
		{in: `service.web.env`, want: "{\n  GIVEN    = \"g\"\n  PASSWORD = (sensitive value)\n}"},
		{in: `output.image`, want: `"redis:7"`},
		{in: `output`, want: "{\n  hidden = (sensitive value)\n  image  = \"redis:7\"\n}"},
		{in: `var`, want: "{\n  given    = \"g\"\n  missing  = (not known yet)\n  password = (sensitive value)\n}"},
		{in: `service`, want: "{\n  web = service.web\n}"},
		{in: `local.broken`, err: "function"},
		{in: `local.broken`, err: "function"}, // said every time
		{in: `var.givn`, err: `Did you mean "given"`},
		{in: `output.imag`, err: `Did you mean "image"`},
		{in: `nothing.at.all`, err: `nothing named "nothing"`},
		{in: `local`, err: "function"},
		{in: `var.given`, want: `"g"`},
	} {
		expr, diags := syntax.ParseExpression([]byte(tt.in), "console")
		if diags.HasErrors() {
			t.Fatalf("%s: %v", tt.in, diags)
		}
		got, diags := c.Show(t.Context(), expr)
		if got != tt.want || diags.HasErrors() != (tt.err != "") || !strings.Contains(diags.Error(), tt.err) {
			t.Errorf("%s\ngave %s, %v\nwant %s, %q", tt.in, got, diags, tt.want, tt.err)
		}
		for _, d := range diags {
			if diag.CodeOf(d) == "" {
				t.Errorf("%s: no code: %v", tt.in, d)
			}
		}
	}
}

// A block by itself is shown with all that it offers.
func TestConsoleBlock(t *testing.T) {
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(consoleModule)}}})
	expr, _ := syntax.ParseExpression([]byte("service.web"), "console")
	got, diags := NewConsole(m, inputs()).Show(t.Context(), expr)
	for _, want := range []string{`"service.web"`, `count   = 1`, `"shop-web"`, `http    = service.web.http`, "(sensitive value)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s, %v", want, got, diags)
		}
	}
	if strings.Contains(got, "hunter2") {
		t.Errorf("the password is shown: %s", got)
	}
}

// What is broken off ends in fact, and the console goes on.
func TestConsoleBreaksOff(t *testing.T) {
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte("locals { l = [" + strings.Repeat("1,", 300) + "] }\n")}}})
	endless := "length([for a in local.l: length([for b in local.l: length([for c in local.l: length([for d in local.l: 1])])])])"
	show := func(ctx context.Context, c *Console, src string) (string, hcl.Diagnostics) {
		expr, diags := syntax.ParseExpression([]byte(src), "console")
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		return c.Show(ctx, expr)
	}
	before := runtime.NumGoroutine()
	c := NewConsole(m, inputs())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, diags := show(ctx, c, endless); len(diags) != 1 || diags[0].Summary != "Interrupted" {
		t.Errorf("broken off: %v", diags)
	}
	for range 2 { // its bounds are those of a plan
		if _, diags := show(t.Context(), c, "local.l[0]"); diags.HasErrors() {
			t.Fatal(diags)
		}
		c.r.budget.time = time.Millisecond
		if _, diags := show(t.Context(), c, endless); len(diags) != 1 || diag.CodeOf(diags[0]) != diag.TooMuchWork || diags[0].Subject == nil {
			t.Errorf("too long: %v", diags)
		}
	}
	for runtime.NumGoroutine() > before { // one that has ended takes a moment to go; the test's own limit ends one that has not
		time.Sleep(time.Millisecond)
	}
}
