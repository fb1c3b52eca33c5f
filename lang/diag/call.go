package diag

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// CallDetail is the detail of a diagnostic that the HCL library made of a function's error, in words that name the
// function and the argument; of any other it is the detail that it has.
func CallDetail(d *hcl.Diagnostic) string {
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return d.Detail
	}
	if rest, ok := strings.CutPrefix(d.Detail, "Invalid value for "); ok {
		if name, why, ok := strings.Cut(rest, " parameter: "); ok {
			return fmt.Sprintf("The argument %s of %s cannot be used: %s", name, call.CalledFunctionName(), why)
		}
	}
	if why, ok := strings.CutPrefix(d.Detail, fmt.Sprintf("Call to function %q failed: ", call.CalledFunctionName())); ok {
		return fmt.Sprintf("The call of %s failed: %s", call.CalledFunctionName(), why)
	}
	return d.Detail
}
