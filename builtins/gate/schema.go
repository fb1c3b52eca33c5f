package gate

import (
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/lang/schema"
)

// Schema describes the gate block: the arguments of all kinds side by side, each telling whose it is. Validate refuses
// those of another kind.
func Schema() schema.Block {
	b := schema.Block{
		Name: "gate", Label: "kind", Sequence: true,
		Args: []schema.Arg{
			{Name: "timeout", Type: schema.Dur(), Change: schema.PlanOnly, Doc: "How long the gate may take at most, 60s without it; of a kind that measures the stage, counted from the end of its hold, and 10m without it."},
			{Name: "on_inconclusive", Type: schema.OneOf("wait", "fail", "pass"), Default: `"wait"`, Change: schema.PlanOnly, Doc: "What too little evidence means: to wait for more until the timeout, and to fail then; to fail; or to pass."},
		},
	}
	docs := []string{"Judges the new release before the next stage."}
	of := map[string][]string{}
	for _, k := range Kinds() {
		docs = append(docs, k.Name()+": "+k.Doc())
		for _, a := range k.Args() {
			of[a.Name] = append(of[a.Name], k.Name())
			if b.Arg(a.Name) == nil {
				a.Change, a.Required = schema.PlanOnly, false // Validate asks for it where its kind needs it
				b.Args = append(b.Args, a)
			}
		}
	}
	for i := range b.Args {
		if kinds := of[b.Args[i].Name]; len(kinds) > 0 {
			b.Args[i].Doc += " For " + and(kinds) + "."
		}
	}
	b.Doc = strings.Join(docs, " ")
	return b
}

// names are those of all kinds, sorted.
func names() []string {
	var all []string
	for _, k := range Kinds() {
		all = append(all, k.Name())
	}
	slices.Sort(all)
	return all
}

func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
