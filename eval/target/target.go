// Package target decides which part of a recipe a plan is about.
//
// A plan of a part must leave the rest standing and serving, so the part is closed: what is targeted brings along what it
// needs and what it can only change with (kind.Join), and what is excluded takes along what depends on it. Both are one
// walk over the same edges, in one direction or the other. What is outside stays as it stands, wanted or not.
package target

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// Options name the part, by addresses as people write them: service.web for all instances of a block, use.db for a
// library, service for all of a kind, * and ? in names and keys.
type Options struct {
	Targets  []string `json:"targets,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
	// Replaces are services and jobs that get another release though nothing changed.
	Replaces []string `json:"replaces,omitempty"`
}

// Whole tells whether they name no part.
func (o Options) Whole() bool { return len(o.Targets)+len(o.Excludes) == 0 }

// None tells whether they say nothing at all.
func (o Options) None() bool { return o.Whole() && len(o.Replaces) == 0 }

// Input is what a selection is made from.
type Input struct {
	Options
	Desired  *state.Desired
	Observed *state.Observed
	Recorded *state.Recorded
	Joins    []kind.Join
	// Renewable are the kinds that have releases.
	Renewable []string
}

// Selection is the part. Its zero value is the whole recipe.
type Selection struct {
	// Added is what belongs to what the options name, in order of address.
	Added []plan.Added
	// LeftOut is what the plan is not about, in order of address.
	LeftOut []addr.Addr

	known, in, again map[addr.Addr]bool
	part             bool // false of the zero value, which is the whole recipe
	// other decides on addresses that nothing tells of but the edge.
	other func(addr.Addr) bool
}

// Has tells whether an address is in the part.
func (s *Selection) Has(a addr.Addr) bool {
	if !s.part {
		return true
	}
	if s.known[a] {
		return s.in[a]
	}
	return s.other(a)
}

// Again tells whether a resource is to have another release.
func (s *Selection) Again(a addr.Addr) bool { return s.again[a] }

// Narrow is what is wanted of the part.
func (s *Selection) Narrow(d *state.Desired) *state.Desired {
	if !s.part {
		return d
	}
	out := &state.Desired{Recipe: d.Recipe, Outputs: d.Outputs, Missing: d.Missing}
	for _, r := range d.Resources {
		if s.Has(r.Addr) {
			out.Resources = append(out.Resources, r)
		}
	}
	return out
}

// Select finds the part. Addresses that name nothing are errors.
func Select(in Input) (*Selection, hcl.Diagnostics) {
	c := &chooser{in: in, known: known(in)}
	targets, excludes := c.named("--target", in.Targets), c.named("--exclude", in.Excludes)
	replaces := c.renewable(c.named("--replace", in.Replaces))
	s := &Selection{known: c.known, again: replaces, part: !in.Whole()}
	if c.diags.HasErrors() || !s.part {
		return s, c.diags
	}
	edges := links(in)
	if len(in.Targets) > 0 {
		s.in, s.Added = closure(targets.found, edges)
		s.other = targets.matches
	} else {
		out, added := closure(excludes.found, reversed(edges))
		s.Added, s.in = added, map[addr.Addr]bool{}
		for a := range c.known {
			s.in[a] = !out[a]
		}
		s.other = func(a addr.Addr) bool { return !excludes.matches(a) }
	}
	for _, a := range slices.SortedFunc(maps.Keys(c.known), addr.Compare) {
		if !s.in[a] {
			s.LeftOut = append(s.LeftOut, a)
		}
	}
	for a := range replaces {
		if !s.in[a] {
			c.diags = append(c.diags, diag.Errorf(diag.InvalidValue, nil, "Left out and replaced", "--replace asks for another release of %s, which is left out of the plan.", a))
		}
	}
	return s, c.diags
}

// known are all addresses that are wanted or stand.
func known(in Input) map[addr.Addr]bool {
	all := map[addr.Addr]bool{}
	for _, r := range in.Desired.Resources {
		all[r.Addr] = true
	}
	for _, o := range in.Observed.Objects {
		all[o.Addr] = true
	}
	for text := range in.Recorded.Resources {
		if a, err := addr.Parse(text); err == nil {
			all[a] = true
		}
	}
	for _, j := range in.Joins {
		all[j.Of], all[j.With] = true, true
	}
	return all
}

// chooser finds what options name.
type chooser struct {
	in    Input
	known map[addr.Addr]bool
	diags hcl.Diagnostics
}

// choice is what one option names.
type choice struct {
	patterns []pattern
	found    map[addr.Addr]bool
}

func (c choice) matches(a addr.Addr) bool {
	return slices.ContainsFunc(c.patterns, func(p pattern) bool { return p.matches(a) })
}

func (c *chooser) named(option string, texts []string) choice {
	out := choice{found: map[addr.Addr]bool{}}
	for _, text := range texts {
		p, err := parse(text)
		if err != nil {
			c.diags = append(c.diags, diag.Errorf(diag.InvalidValue, nil, "No address", "%s: %s.", option, err))
			continue
		}
		found := c.matching(p)
		if len(found) == 0 {
			if a, err := addr.Parse(text); err == nil { // of before a move
				if now, err := parse(c.in.Desired.Recipe.Moved.Now(a).String()); err == nil {
					p, found = now, c.matching(now)
				}
			}
		}
		if len(found) == 0 {
			c.diags = append(c.diags, diag.Errorf(diag.UnknownReference, nil, "No such address", "%s %s names nothing that the recipe declares or that stands of it.%s", option, text, c.meant(text)))
		}
		out.patterns = append(out.patterns, p)
		for _, a := range found {
			out.found[a] = true
		}
	}
	return out
}

func (c *chooser) matching(p pattern) (found []addr.Addr) {
	for a := range c.known {
		if p.matches(a) {
			found = append(found, a)
		}
	}
	return found
}

// meant asks whether an address near to one that names nothing was meant.
func (c *chooser) meant(text string) string {
	var candidates []string
	for _, a := range slices.SortedFunc(maps.Keys(c.known), addr.Compare) {
		candidates = append(candidates, a.String(), a.Block().String(), a.Kind)
		for _, use := range a.Libraries() {
			candidates = append(candidates, use.String(), use.Block().String())
		}
	}
	if near := diag.Suggest(text, candidates); near != "" {
		return fmt.Sprintf(" Did you mean %s?", near)
	}
	return ""
}

// renewable are the resources among what --replace names that have releases.
func (c *chooser) renewable(named choice) map[addr.Addr]bool {
	out := map[addr.Addr]bool{}
	for a := range named.found {
		if slices.Contains(c.in.Renewable, a.Kind) && c.in.Desired.Find(a) != nil {
			out[a] = true
		}
	}
	for _, p := range named.patterns {
		if len(c.matching(p)) > 0 && !slices.ContainsFunc(slices.Collect(maps.Keys(out)), p.matches) {
			c.diags = append(c.diags, diag.Errorf(diag.InvalidValue, nil, "Nothing to replace", "--replace %s names nothing that is wanted and has releases. Services and jobs have; to get other volumes or networks, give their blocks other names.", p.text))
		}
	}
	return out
}
