package diff

import (
	"bytes"
	"encoding/json"
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

// otherFiles leaves of two directories the files that differ, and of one that was not recorded none.
func otherFiles(was, is json.RawMessage) (json.RawMessage, json.RawMessage) {
	type directory struct {
		SHA256 string            `json:"sha256"`
		Files  map[string]string `json:"files,omitzero"`
	}
	var before, after directory
	if json.Unmarshal(is, &after) != nil || after.Files == nil {
		return was, is
	}
	if json.Unmarshal(was, &before) != nil || before.Files == nil {
		after.Files = nil
		return was, plan.Raw(after)
	}
	for name, digest := range after.Files {
		if before.Files[name] == digest {
			delete(before.Files, name)
			delete(after.Files, name)
		}
	}
	return plan.Raw(before), plan.Raw(after)
}

// compare gives copies of links: one chain is part of many causes.
func compare(links []state.Link, recorded *state.Recorded, changed map[string]plan.Action) []state.Link {
	out := make([]state.Link, 0, len(links))
	for _, l := range links {
		was, known := recorded.Values[l.Key()]
		switch {
		case known && l.Value != nil:
			l.Known, l.Was = true, was
			l.Changed = !bytes.Equal(was, l.Value)
		case strings.HasPrefix(l.Name, "use.") && l.Addr == "" && l.Value != nil && recorded.Values != nil:
			l.Changed, l.Action = true, string(plan.Create)
		}
		l.Was, l.Value = otherFiles(l.Was, l.Value)
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
