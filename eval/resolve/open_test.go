package resolve

import (
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A check finds what is wrong within a block whose instances are not known, and says which blocks these are.
func TestOpen(t *testing.T) {
	for recipe, want := range map[string]string{
		`service "web" {
			for_each = var.names
			image    = each.value
			command  = [each.key]
		}
		port "web" {
			listen = 80
			route { to = service.web["a"].http }
		}`: "",
		`service "web" {
			for_each = toset(var.names)
			image    = each.valeu
		}`: "Unknown reference",
		`service "web" {
			for_each = toset(var.names)
			enabled  = var.on
			image    = 1 / 0
		}`: "Invalid value",
	} {
		text := "variable \"names\" {}\nvariable \"on\" {}\n" + recipe
		m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(text)}}})
		d, diags := Check(m, inputs())
		var got string
		for _, d := range diags {
			got += d.Summary
		}
		if got != want || !slices.Equal(d.Open, []string{`service "web"`}) {
			t.Errorf("%s\ngives %v and leaves %v open, want %q", recipe, diags, d.Open, want)
		}
	}
}
