package diff

import (
	"fmt"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// refused are notes on releases that take over though an earlier apply took them back.
func refused(in Input, changes []plan.Change) []plan.Note {
	if in.Mode != kind.Apply {
		return nil
	}
	var notes []plan.Note
	for _, c := range changes {
		if !c.Releases() {
			continue
		}
		if refusal, entry, ok := in.Recorded.Refused(c.Addr, c.Release); ok {
			notes = append(notes, plan.Note{Addr: c.Addr, Text: fmt.Sprintf("release %s was taken back on %s: %s", c.Release, event.MomentOf(entry.Time), refusal.Why)})
		}
	}
	return notes
}
