package render

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/fold"
)

// about names the part of the recipe that a plan is about.
func about(s *plan.Scope) string {
	var parts []string
	if s.RefreshOnly {
		parts = append(parts, "the record alone")
	}
	for _, option := range []struct {
		text  string
		named []string
	}{{"only ", s.Targets}, {"all but ", s.Excludes}, {"another release of ", s.Replaces}} {
		if len(option.named) > 0 {
			parts = append(parts, option.text+strings.Join(option.named, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// about says first which part of the recipe a plan is about.
func (r *printer) about(s *plan.Scope) {
	if s == nil {
		return
	}
	fmt.Fprintln(r.w, r.bold("Planned: "+clean(about(s))))
	added := "with it  "
	if len(s.Excludes) > 0 {
		added = "left out with it  "
	}
	for _, a := range s.Added {
		fmt.Fprintln(r.w, "  "+added+clean(a.Addr.String())+r.dim("  # "+clean(a.Why)))
	}
	fmt.Fprintln(r.w)
}

// pending says after all else what stays out of date.
func (r *printer) pending(s *plan.Scope) {
	if s == nil {
		return
	}
	switch {
	case s.Unplanned != "":
		fmt.Fprintf(r.w, "\n%s The recipe as a whole cannot be planned now: %s\n", r.bold("Left out: "), clean(s.Unplanned))
	case len(s.Pending) > 0:
		fmt.Fprintln(r.w, "\n"+r.bold("Left out, and not as the recipe says"))
		widest := 0
		for _, c := range s.Pending {
			widest = max(widest, fold.Columns(clean(c.Addr.String())))
		}
		for _, c := range s.Pending {
			line := r.sign(c.Action) + " " + pad(clean(c.Addr.String()), min(widest, 40)) + "  " + clean(c.Summary)
			fmt.Fprintln(r.w, strings.TrimRight(line, " "))
		}
		fmt.Fprintln(r.w, "It stays so until an apply is about it.")
	case len(s.LeftOut) > 0:
		fmt.Fprintf(r.w, "\nWhat is left out is as the recipe says.\n")
	}
	if s.StaleOutputs {
		fmt.Fprintln(r.w, "Outputs are as the recipe says; what they tell of what is left out may not be so yet.")
	}
}

// nothing says that a plan has no steps.
func (r *printer) nothing(p *plan.Plan) {
	switch name := clean(p.Recipe.Name); {
	case p.Paused():
		fmt.Fprintf(r.w, "Nothing to do while a switchover of %s is paused.\n", name)
	case p.Scope == nil || len(p.Scope.LeftOut) == 0 && !p.Scope.RefreshOnly:
		fmt.Fprintf(r.w, "No changes. %s is as its recipe says.\n", name)
	case !p.Scope.RefreshOnly:
		fmt.Fprintf(r.w, "No changes. What is planned of %s is as its recipe says.\n", name)
	case len(p.Drift) == 0:
		fmt.Fprintf(r.w, "Nothing to record. Nobody else changed %s since the last apply.\n", name)
	default:
		fmt.Fprintf(r.w, "An apply of this plan records that; nothing on the engine changes. From then on it counts as applied, and what\ndiffers from the recipe as the recipe's doing.\n")
	}
}
