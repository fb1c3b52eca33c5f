package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
)

func newHistory(a *app) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "history [PATH]",
		Short: "Show what was applied, when, by whom, and how it ended",
		Long: `Shows the applies of a recipe, the latest first, as its record on the engine tells
them: when each ended and how, who did it from which git revision, and which services
it left with another release. The last hundred are kept. It only asks; of the recipe
only its name is read.

The result is "applied", "paused", "promoted", "rolled back", "refreshed", "reverted"
where all was taken back, or "failed". With --json the output is one object, which
spec/history.schema.json describes.

Exit codes: 0 it was shown, also where nothing was ever applied; 1 an error.`,
		Example: `  recipe history
  recipe history ./shop --json | jq -r '.entries[0].revision'`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, reader, err := a.openPlanner(cmd.Context(), pathOf(args), o)
			if err != nil {
				return err
			}
			defer reader.Close()
			recorded, note, err := record.Read(cmd.Context(), reader, p.head.Name)
			if err != nil {
				return err
			}
			if note != "" {
				fmt.Fprintln(a.stderr, note)
			}
			p.head.Moved.Apply(&state.Observed{}, recorded)
			h := newHistoryJSON(p.head.Name, recorded.History)
			if o.json {
				return a.writeJSON(h)
			}
			a.printHistory(h)
			return nil
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "write JSON")
	return cmd
}

// historyJSON is what "recipe history --json" writes. Fields are added, never changed or removed.
type historyJSON struct {
	Format  int         `json:"format_version"` // 1
	Recipe  string      `json:"recipe"`
	Entries []entryJSON `json:"entries"` // the latest first
}

type entryJSON struct {
	Time     string `json:"time"` // RFC 3339, when it ended
	Result   string `json:"result"`
	Command  string `json:"command,omitempty"` // of other commands than apply: restart service.web
	By       string `json:"by"`
	Revision string `json:"revision,omitempty"` // of git, with "+dirty" where files differed
	Plan     string `json:"plan"`               // the plan's digest, short
	Saved    string `json:"saved,omitempty"`    // the checksum of the plan's file
	// Releases are what the services were left with, Changed those that were left with another one than before.
	Releases map[string]string `json:"releases"`
	Changed  []string          `json:"changed"`
	// Refused are the releases that were found unfit and taken back, by address.
	Refused map[string]state.Refusal `json:"refused,omitempty"`
}

func newHistoryJSON(recipe string, entries []state.Entry) *historyJSON {
	h := &historyJSON{Format: 1, Recipe: recipe, Entries: []entryJSON{}}
	before := map[string]string{}
	for _, e := range entries {
		one := entryJSON{Time: e.Time, Result: e.Result, Command: e.Command, By: e.By, Revision: e.Revision, Plan: e.Plan, Saved: e.Saved,
			Releases: e.Releases, Changed: []string{}, Refused: e.Refused}
		if one.Releases == nil {
			one.Releases = map[string]string{}
		}
		for _, name := range slices.Sorted(maps.Keys(one.Releases)) {
			if one.Releases[name] != before[name] {
				one.Changed = append(one.Changed, name)
			}
		}
		before = one.Releases
		h.Entries = append(h.Entries, one)
	}
	slices.Reverse(h.Entries)
	return h
}

// printHistory shows it to people.
func (a *app) printHistory(h *historyJSON) {
	if len(h.Entries) == 0 {
		fmt.Fprintf(a.stdout, "Nothing of %s was applied to this engine, or its record is gone.\n", h.Recipe)
		return
	}
	a.table(func(w io.Writer) {
		fmt.Fprintln(w, "WHEN\tRESULT\tBY\tREVISION\tNEW RELEASES")
		for _, e := range h.Entries {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", event.MomentOf(e.Time), e.result(), cmp.Or(e.By, "-"), cmp.Or(short(e.Revision), "-"), e.changes())
		}
	})
	var refused []string
	for _, e := range h.Entries {
		refused = append(refused, e.refusals()...)
	}
	if len(refused) > 0 {
		fmt.Fprintf(a.stdout, "\n%s\n", strings.Join(refused, "\n"))
	}
}

func (e entryJSON) result() string {
	if e.Command == "" {
		return e.Result
	}
	return e.Result + " (" + e.Command + ")"
}

func (e entryJSON) changes() string {
	var list []string
	for _, name := range e.Changed {
		said := name
		if at, err := addr.Parse(name); err == nil {
			said = at.Short()
		}
		list = append(list, said+" "+e.Releases[name])
	}
	return cmp.Or(strings.Join(list, ", "), "-")
}

// refusals tell which releases were taken back, and why.
func (e entryJSON) refusals() []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(e.Refused)) {
		said := name
		if at, err := addr.Parse(name); err == nil {
			said = at.Short()
		}
		lines = append(lines, render.Clean(fmt.Sprintf("%s: release %s of %s was taken back: %s", event.MomentOf(e.Time), e.Refused[name].Release, said, e.Refused[name].Why)))
	}
	return lines
}

// short is a revision as people write it.
func short(revision string) string {
	const digits = 10
	hash, dirty, _ := strings.Cut(revision, "+")
	if len(hash) > digits {
		hash = hash[:digits]
	}
	if dirty != "" {
		hash += "+" + dirty
	}
	return hash
}
