package diff

import (
	"fmt"

	"github.com/deployrecipe/recipe/eval/plan"
)

// moved are notes on what stands under an address of before. They stay for as long as it does: so does the need for
// the moved block.
func moved(in Input) []plan.Note {
	var notes []plan.Note
	for _, m := range in.Observed.Moved {
		notes = append(notes, plan.Note{Text: fmt.Sprintf("%s is now %s; what stands keeps its name", m.From, m.To)})
	}
	return notes
}
