package diff

import "github.com/deployrecipe/recipe/eval/plan"

// whole gives changes the arguments before and after, where their kind did not: as the last apply recorded them, or else
// as an object of the resource says that it was made with, and as they are wanted.
func whole(in Input, changes []plan.Change) {
	for i := range changes {
		c := &changes[i]
		if r := in.Desired.Find(c.Addr); r != nil && c.After == nil && c.Action != plan.Delete {
			c.After = r.Spec
		}
		if c.Before != nil || c.Action == plan.Create {
			continue
		}
		if c.Before = in.Recorded.Resources[c.Addr.String()]; c.Before != nil {
			continue
		}
		for _, o := range in.Observed.At(c.Addr) {
			if o.Spec != nil {
				c.Before = o.Spec
				break
			}
		}
	}
}
