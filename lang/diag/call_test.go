package diag_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/deployrecipe/recipe/lang/diag"
)

// A call that fails names the function and, where it is about one, the argument.
func TestCallDetail(t *testing.T) {
	functions := map[string]function.Function{"parseint": stdlib.ParseIntFunc, "max": stdlib.MaxFunc}
	for call, want := range map[string]string{
		`parseint("x", 10)`:  `The argument "number" of parseint cannot be used: cannot parse "x" as a base 10 integer.`,
		`parseint("1", [])`:  `The argument "base" of parseint cannot be used: number required, but have tuple.`,
		`max()`:              `The call of max failed: must pass at least one number.`,
		`parseint("1")`:      `Function "parseint" expects 2 argument(s). Missing value for "base".`,
		`{ a = 1 }.parseint`: `This object does not have an attribute named "parseint".`,
	} {
		expr, diags := hclsyntax.ParseExpression([]byte(call), "test", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		_, diags = expr.Value(&hcl.EvalContext{Functions: functions})
		if len(diags) != 1 || diag.CallDetail(diags[0]) != want {
			t.Errorf("%s: %v, want %s", call, diags, want)
		}
	}
}
