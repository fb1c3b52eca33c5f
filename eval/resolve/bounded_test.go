package resolve

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/lang/diag"
)

// grown is a recipe of local values, each of which is made of the one before by a format with %[1]s.
func grown(first, next string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "locals {\n  l0 = %s\n", first)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "  l%d = "+next+"\n", i, fmt.Sprintf("local.l%d", i-1))
	}
	fmt.Fprintf(&b, "}\noutput \"x\" { value = local.l%d }\n", n)
	return b.String()
}

// What asks for more than there is ends with an error.
func TestTooMuch(t *testing.T) {
	nested := "locals { l = [" + strings.Repeat("1,", 150) + "] }\noutput \"x\" { value = length([for a in local.l: [for b in local.l: \"${a}-${b}\"]]) }\n"
	tests := []struct {
		name, src string
		budget    budget
		want      diag.Code
	}{
		{"text", grown(`"0123456789abcdef"`, `"${%[2]s}${%[2]s}${%[2]s}${%[2]s}"`, 20), defaultBudget(), diag.TooMuchWork},
		{"shared parts", grown(`["a"]`, `[%[2]s, %[2]s, %[2]s, %[2]s]`, 30), defaultBudget(), diag.TooMuchWork},
		{"shared attributes", grown(`{ a = 1 }`, `{ a = %[2]s, b = %[2]s }`, 60), defaultBudget(), diag.TooMuchWork},
		{"memory", nested, budget{memory: 1, time: time.Hour}, diag.TooMuchWork},
		{"time", nested, budget{memory: 1 << 40, time: time.Millisecond}, diag.TooMuchWork},
		{"squares", grown("9", "%[2]s * %[2]s", 60), defaultBudget(), diag.NumberTooLarge},
		{"number of a text", `output "x" { value = "1e99999999" + 0 }`, defaultBudget(), diag.NumberTooLarge},
		{"number in a list", `service "a" {
			image = "a"
			env = { A = [for x in ["1e99999999"]: x * 1][0] }
		}`, defaultBudget(), diag.NumberTooLarge},
		{"rest of infinity", `output "x" { value = (1/0) % 3 }`, defaultBudget(), diag.EvaluationFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			m, _ := load(t, &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte("recipe { name = \"big\" }\n" + tt.src)}}})
			r := newResolver(m, inputs())
			r.budget = tt.budget
			runtime.GC() // what is garbage now would count for nothing later
			_, diags := r.desired()
			if len(diags) != 1 || diag.CodeOf(diags[0]) != tt.want {
				t.Fatalf("got %v, want %s", diags, tt.want)
			}
			for runtime.NumGoroutine() > before { // what was left to itself, and would be in the way of other tests
				time.Sleep(10 * time.Millisecond)
			}
			if text := diags[0].Detail; strings.Contains(text, "goroutine") || diags[0].Subject == nil {
				t.Errorf("no good error: %s at %v", text, diags[0].Subject)
			}
		})
	}
}

// A fault of our own must reach those who recover from it, though it happens elsewhere.
func TestFaultIsPassedOn(t *testing.T) {
	defer func() {
		v, ok := recover().(fault)
		if !ok || v.String() != "injected" || !strings.Contains(string(v.Stack()), "TestFaultIsPassedOn") {
			t.Errorf("got %v", v)
		}
	}()
	new(resolver).bounded(func() { panic("injected") })
}
