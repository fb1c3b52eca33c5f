package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/target"
)

// scopeOptions say which part of a recipe a plan is about, and what it does besides what the recipe asks for.
type scopeOptions struct {
	target.Options
	refresh bool
}

func (o *scopeOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.Targets, "target", nil, "plan only this `ADDRESS` and what it needs, such as service.web, 'service.web[\"a\"]', use.db, service or 'service.api-*'; may be repeated")
	cmd.Flags().StringArrayVar(&o.Excludes, "exclude", nil, "leave this `ADDRESS` out, and what depends on it; may be repeated")
	cmd.Flags().StringArrayVar(&o.Replaces, "replace", nil, "make another release of the service or job at this `ADDRESS` though nothing changed; may be repeated")
	cmd.Flags().BoolVar(&o.refresh, "refresh-only", false, "bring the record in line with what stands, and change nothing else")
}

// scopeHelp is what the help of plan and apply says of the options.
const scopeHelp = `
With --target only that is planned, with what it needs and what can only change with
it: the services that a switchover switches together, a port that would lead to
nothing. With --exclude all but that, and what depends on it. The rest stays as it
stands; the plan says what of it is out of date. --replace has services take over
from themselves by a switchover like any other, and jobs run once more.
--refresh-only shows what others changed and has the record follow, so that later
plans tell it no more as their doing.`

// check refuses options that make no sense together, with what else was given.
func (o scopeOptions) check(cmd *cobra.Command, with map[string]bool) error {
	switch {
	case len(o.Targets) > 0 && len(o.Excludes) > 0:
		return usage{errors.New("--target and --exclude both say what a plan is about: give one of them"), cmd.CommandPath()}
	case o.refresh && len(o.Replaces) > 0:
		return usage{errors.New("--refresh-only changes nothing, and --replace does: give one of them"), cmd.CommandPath()}
	}
	for _, name := range []string{"--destroy", "--rehearse", "--upgrade"} {
		switch {
		case !with[name]:
		case o.refresh:
			return usage{errors.New("--refresh-only changes nothing, so that " + name + " has no meaning with it: give one of them"), cmd.CommandPath()}
		case name == "--destroy" && !o.None():
			return usage{errors.New("--destroy takes all that there is: to remove a part, take it out of the recipe and apply with --target"), cmd.CommandPath()}
		}
	}
	return nil
}

// mode is what a plan with the options is made for.
func (o scopeOptions) mode() kind.Mode {
	if o.refresh {
		return kind.Refresh
	}
	return kind.Apply
}
