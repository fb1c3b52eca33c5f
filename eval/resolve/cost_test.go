package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/eval/state"
)

// chained is a recipe of n services, each of which reads the one before it, directly and through a chain of local
// values, beside an image that all share.
func chained(n int) *txtar.Archive {
	var b strings.Builder
	b.WriteString("recipe { name = \"chain\" }\nimage \"all\" {}\n")
	b.WriteString("locals {\n  l0 = image.all.ref\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "  l%d = local.l%d\n", i, i-1)
	}
	b.WriteString("}\nservice \"s0\" { image = image.all }\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "service \"s%d\" {\n  image = local.l%d\n  env = { A = service.s%d.env.A, B = service.s%d.name }\n}\n", i, i, i-1, i-1)
	}
	text := strings.Replace(b.String(), "service \"s0\" { image = image.all }", "service \"s0\" {\n  image = image.all\n  env = { A = \"end\" }\n}", 1)
	return &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(text)}}}
}

// resolved resolves a recipe and counts what it took: expressions and references, and allocations.
func resolved(t *testing.T, archive *txtar.Archive) (d *state.Desired, work int, allocs float64) {
	t.Helper()
	m, _ := load(t, archive)
	in := inputs()
	allocs = testing.AllocsPerRun(1, func() {
		r := newResolver(m, in)
		d = r.all()
		if r.diags.HasErrors() {
			t.Fatal(r.diags)
		}
		work = r.work
	})
	return d, work, allocs
}

// Five times the recipe is five times the work, and not twenty-five times.
func TestCostIsLinear(t *testing.T) {
	const small, large = 1000, 5000
	_, work1, allocs1 := resolved(t, chained(small))
	d, work2, allocs2 := resolved(t, chained(large))
	if last := d.Resources[large]; last.Addr.Name != "s4999" || !strings.Contains(string(last.Spec), `"A":"end"`) {
		t.Errorf("the last resource is %s %s", last.Addr, last.Spec)
	}
	if ratio := float64(work2) / float64(work1); ratio > 5.1 {
		t.Errorf("work grew by %.1f: from %d to %d", ratio, work1, work2)
	}
	if ratio := allocs2 / allocs1; ratio > 5.5 {
		t.Errorf("allocations grew by %.1f: from %.0f to %.0f", ratio, allocs1, allocs2)
	}
}

// many is a recipe of an image and a service for each of n keys, which read each other by key.
func many(n int) *txtar.Archive {
	var keys strings.Builder
	for i := range n {
		fmt.Fprintf(&keys, "    k%d = \"k%d\"\n", i, i+1)
	}
	text := `recipe { name = "many" }
locals {
  keys = {
` + keys.String() + `  }
  images = { for key, next in local.keys : key => image.all[key] }
}
image "all" { for_each = local.keys }
service "s" {
  for_each = local.keys
  enabled  = each.key != "k1"
  image    = image.all[each.key]
  env      = { A = image.all[each.key].ref, B = local.keys[each.key], C = try(service.s[each.value].env.B, "end") }
}
switchover "all" { services = [service.s] }
`
	return &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(text)}}}
}

// Five times the keys are five times the work.
func TestCostOfInstancesIsLinear(t *testing.T) {
	const small, large = 400, 2000
	_, work1, allocs1 := resolved(t, many(small))
	d, work2, allocs2 := resolved(t, many(large))
	if n := len(d.Resources); n != 2*large {
		t.Errorf("there are %d resources", n)
	}
	if ratio := float64(work2) / float64(work1); ratio > 5.1 {
		t.Errorf("work grew by %.1f: from %d to %d", ratio, work1, work2)
	}
	if ratio := allocs2 / allocs1; ratio > 5.5 {
		t.Errorf("allocations grew by %.1f: from %.0f to %.0f", ratio, allocs1, allocs2)
	}
}

// A chain that would take the stack is refused, and one error says so.
func TestDepthIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("recipe { name = \"deep\" }\nlocals {\n  l0 = 1\n")
	n := maxDepth + 10
	for i := n; i > 0; i-- {
		fmt.Fprintf(&b, "  l%d = local.l%d\n", i, i-1)
	}
	b.WriteString("}\n")
	m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(b.String())}}})
	_, diags := Resolve(m, inputs())
	if len(diags) != 1 || diags[0].Summary != "Too many values in a chain" {
		t.Errorf("got %d diagnostics: %v", len(diags), diags)
	}
}
