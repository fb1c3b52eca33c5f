package diff

import (
	"bytes"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// chains tells of all that the changed values are made of whether it changed since the last apply, as far as that was
// recorded, and takes the chains off the steps, where those of their changes would stand again and again.
func chains(in Input, p *plan.Plan) {
	changed := map[string]plan.Action{}
	for _, c := range p.Changes {
		changed[c.Addr.String()] = c.Action
	}
	compared := func(c *plan.Cause) { c.Links = compare(c.Links, in.Recorded, changed) }
	for i := range p.Changes {
		c := &p.Changes[i]
		compared(&c.Cause)
		for j := range c.Fields {
			compared(&c.Fields[j].Cause)
		}
	}
	for _, steps := range [][]plan.Step{p.Steps, p.Undo} {
		for i := range steps {
			steps[i].Cause.Links = nil
		}
	}
}

// compare gives copies of links: one chain is part of many causes.
func compare(links []state.Link, recorded *state.Recorded, changed map[string]plan.Action) []state.Link {
	out := make([]state.Link, 0, len(links))
	for _, l := range links {
		if was, ok := recorded.Values[l.Key()]; ok && l.Value != nil {
			l.Known, l.Was = true, was
			l.Changed = !bytes.Equal(was, l.Value)
		} else if strings.HasPrefix(l.Name, "use.") && l.Addr == "" && l.Value != nil && recorded.Values != nil {
			l.Changed, l.Action = true, string(plan.Create)
		}
		if action := changed[l.Addr]; action != "" && l.Value == nil {
			l.Changed, l.Action = true, string(action)
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
