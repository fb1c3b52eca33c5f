package render

import (
	"bytes"
	"fmt"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/fold"
)

// drift writes what others changed, apart from what the recipe changes: for an argument what was applied, what is now
// and what it becomes.
func (r *printer) drift(list []plan.Drift) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(r.w, r.bold("Changed outside of recipe since the last apply"))
	widest := 0
	for _, d := range list {
		widest = max(widest, fold.Columns(clean(d.Addr.String())))
	}
	for _, d := range list {
		fmt.Fprintln(r.w, "  "+r.yellow(pad(clean(d.Addr.String()), min(widest, 40)))+"  "+r.fold(sentence(d), 4+min(widest, 40)))
	}
	for _, d := range list {
		if d.Text != nil {
			r.text(d.Addr, *d.Text)
		}
	}
	fmt.Fprintln(r.w)
}

func sentence(d plan.Drift) string {
	object := clean(d.Object)
	if object != "" {
		object += " "
	}
	if d.Path == "" {
		text := object + clean(d.What)
		if d.Then != "" {
			text += "; " + clean(d.Then)
		}
		return text
	}
	becomes := "becomes " + value(d.Path, d.Becomes)
	if bytes.Equal(d.Now, d.Becomes) {
		becomes = "stays so"
	}
	return fmt.Sprintf("%s%s: was applied as %s, is %s now, %s", object, clean(d.Path), value(d.Path, d.Applied), value(d.Path, d.Now), becomes)
}
