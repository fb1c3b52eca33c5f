package syntax

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

// position is how the parser writes a range into a text.
var position = regexp.MustCompile(`:(\d+),\d+-(\d+,)?\d+`)

// tidy says in our words what the parser says in its own.
func tidy(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if d.Summary == "Attribute redefined" {
			d.Summary = "Argument set twice"
		}
		d.Detail = position.ReplaceAllString(d.Detail, " line $1")
	}
	return diags
}
