package main

import (
	"fmt"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/lang/diag"
)

// tried refuses to bring a release again unattended that was taken back: nothing of it has changed since. A person sees
// the plan, which says so, and so did whoever saved one.
func (p *planner) tried(made *planned, o applyOptions) error {
	if !o.autoApprove || o.retry || p.saved != nil || o.mode != kind.Apply {
		return nil
	}
	for _, c := range made.Changes {
		if !c.Releases() {
			continue
		}
		if refusal, entry, ok := made.recorded.Refused(c.Addr, c.Release); ok {
			by := ""
			if entry.By != "" {
				by = fmt.Sprintf(", in an apply by %s", entry.By)
			}
			return fail(diag.Errorf("", p.place(c.Cause), "This release was taken back",
				"Release %s of %s is the same that was taken back on %s%s: %s. Nothing was changed. Change what was wrong with it, or give --retry to try it once more as it is.",
				refusal.Release, c.Addr, event.MomentOf(entry.Time), by, refusal.Why))
		}
	}
	return nil
}
