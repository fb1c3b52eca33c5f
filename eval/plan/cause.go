package plan

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/state"
)

// Cause says why: the argument, where it stands, and what led to its value.
type Cause struct {
	// Why in a few words: "env.RELEASE changed", "service.web is no longer in the recipe".
	Why string `json:"why"`
	// File and Line of the argument or block, where there is one.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Links are the way back to what the value is made of. Those of a change stand there and not again at its steps.
	Links []state.Link `json:"links,omitempty"`
	// Drift says that somebody else changed something, and not the recipe.
	Drift bool `json:"drift,omitempty"`
}

// At is a cause at a place of the recipe.
func At(why string, rng hcl.Range) Cause {
	return Cause{Why: why, File: rng.Filename, Line: rng.Start.Line}
}

// From is a cause with the place and the chain of a source.
func From(why string, s state.Source) Cause {
	c := At(why, s.Range)
	c.Links = s.Links()
	return c
}

// CauseOfAll is the cause of the first of some fields, and says how many more there are.
func CauseOfAll(fields []Field) Cause {
	c := fields[0].Cause
	if n := len(fields) - 1; n > 0 {
		c.Why += fmt.Sprintf(", and %d more", n)
	}
	return c
}

// CauseOf finds where the argument at path stands, or the nearest one around it.
func CauseOf(path string, sources map[string]state.Source) Cause {
	why := path + " changed"
	for at := path; at != ""; at = at[:max(0, strings.LastIndex(at, "."))] {
		if s, ok := sources[at]; ok {
			return From(why, s)
		}
	}
	return Cause{Why: why}
}
