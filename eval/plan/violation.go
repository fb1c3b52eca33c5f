package plan

import (
	"fmt"
	"strings"
)

// Violation is one way in which a plan breaks an invariant. Kinds must not make such plans: a Violation is
// for their developers, and stops the plan from being shown or applied.
type Violation struct {
	// Invariant by its number in the comment of Validate; 0 for a plan that means nothing definite.
	Invariant int
	// Steps that are to blame, where some are.
	Steps []ID
	// Text says what is wrong.
	Text string
	// Order is a shortest beginning of the plan after which it happens: steps that have begun, in order.
	Order []ID
	// Group, when not empty, then fails, and Back are the undo steps begun until it happens.
	Group string
	Back  []ID
}

// Error writes the violation in one line, with the order as an example.
func (v Violation) Error() string {
	var b strings.Builder
	if v.Invariant > 0 {
		fmt.Fprintf(&b, "invariant %d: ", v.Invariant)
	}
	b.WriteString(v.Text)
	if len(v.Steps) > 0 {
		fmt.Fprintf(&b, " (%s)", names(v.Steps, ", "))
	}
	if len(v.Order) > 0 {
		fmt.Fprintf(&b, "; for example after %s", names(v.Order, " > "))
	}
	if v.Group != "" {
		fmt.Fprintf(&b, ", then %s fails and is taken back: %s", v.Group, names(v.Back, " > "))
	}
	return b.String()
}

func names(ids []ID, between string) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(id)
	}
	return strings.Join(parts, between)
}
