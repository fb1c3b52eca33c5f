package render

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// maxRoots is how many of the things that made a value another one line names.
const maxRoots = 2

// because writes a cause in one line: "env.RELEASE changed, recipe.hcl:12, because var.release changed (--var)".
// Without a record of the last apply it is not known what changed, and the line tells what the value is made of:
// "from local.tag, var.release (--var)".
func because(c plan.Cause) string {
	parts := []string{}
	if c.Why != "" {
		parts = append(parts, clean(c.Why))
	}
	if place := place(c); place != "" {
		parts = append(parts, place)
	}
	if chain := chain(c.Links); chain != "" {
		parts = append(parts, chain)
	}
	return strings.Join(parts, ", ")
}

func place(c plan.Cause) string { return where(c.File, c.Line) }

func where(file string, line int) string {
	if file == "" || line == 0 {
		return clean(file)
	}
	return fmt.Sprintf("%s:%d", clean(file), line)
}

// chain tells a chain in a few words: of what changed the ends, of which nothing deeper did.
func chain(links []state.Link) string {
	var changed, from []string
	known := false
	for i, l := range links {
		known = known || l.Known || l.Changed
		if len(from) < 8 {
			from = append(from, clean(nameOf(l))+given(l))
		}
		if l.Changed && !deeper(links[i+1:], l.Depth) {
			changed = append(changed, clean(nameOf(l)+" "+became(l)+sourceOf(l)+filesOf(l)))
		}
	}
	switch {
	case len(changed) > maxRoots:
		return "because " + strings.Join(changed[:maxRoots], ", ") + fmt.Sprintf(" and %d more", len(changed)-maxRoots)
	case len(changed) > 0:
		return "because " + strings.Join(changed, " and ")
	case known || len(from) == 0 || declares(links[0]): // that a block is there needs no explaining
		return ""
	}
	return "from " + strings.Join(from, ", ")
}

// declares tells whether a link is what makes a block be there: without more to tell, it says nothing.
func declares(l state.Link) bool {
	return strings.HasSuffix(l.Name, ".for_each") || strings.HasSuffix(l.Name, ".enabled") || strings.HasPrefix(l.Name, "use.") && l.Addr == ""
}

// deeper tells whether of what a link is made of something changed: the links that follow it and lie below it.
func deeper(links []state.Link, depth int) bool {
	for _, l := range links {
		if l.Depth <= depth {
			return false
		}
		if l.Changed {
			return true
		}
	}
	return false
}

// became says what happened to what a link names.
func became(l state.Link) string {
	switch plan.Action(l.Action) {
	case plan.Create:
		return "is new"
	case plan.Replace:
		return "is replaced"
	case plan.Delete:
		return "goes"
	case plan.Run:
		return "runs"
	}
	return "changed"
}

// nameOf is a link's name, with the library in which it means something.
func nameOf(l state.Link) string {
	if l.In == "" {
		return l.Name
	}
	return l.Name + " of " + l.In
}

func sourceOf(l state.Link) string {
	if l.Source == "" || strings.HasSuffix(l.Name, ")") { // a function names what it reads
		return ""
	}
	return " (" + l.Source + ")"
}

// given is a variable's value and where it comes from; other links are made of what follows them.
func given(l state.Link) string {
	if !strings.HasPrefix(l.Name, "var.") || l.Source == "" {
		return ""
	}
	text := ""
	if l.Value != nil && l.Value[0] != '{' && l.Value[0] != '[' {
		text = " = " + shorten(value("env.", l.Value), 80)
	}
	return text + clean(sourceOf(l))
}
