package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/lang/diag"
)

// rehearsed plays a plan on the simulator, from what the engine showed when it was made, and shows both. It fails
// where a promise of the tool is broken.
func (p *planner) rehearsed(ctx context.Context, looking *simulated.Looking, made *planned) error {
	report, err := p.rehearse(ctx, looking, made)
	if err != nil {
		return err
	}
	if p.options.json {
		err = p.rehearsedJSON(made, report)
	} else if err = p.write(made.Plan); err == nil && report == nil {
		fmt.Fprintln(p.stdout, "\nThere is nothing to rehearse.")
	} else if err == nil {
		fmt.Fprintln(p.stdout)
		err = report.Text(p.stdout, p.options.full, p.style().Width)
	}
	if err != nil || report == nil || len(report.Broken()) == 0 {
		return err
	}
	return fail(diag.Errorf(diag.Internal, nil, "A rehearsal does not end well",
		"%d of %d rehearsals break a promise of the tool. That is a fault of recipe and not of your recipe. Do not apply this plan; please report it with the output of \"recipe plan --rehearse --full\".",
		len(report.Broken()), len(report.Accidents)+1))
}

// rehearse gives the report, nil where there is nothing to do.
func (p *planner) rehearse(ctx context.Context, looking *simulated.Looking, made *planned) (*rehearse.Report, error) {
	if made.Empty() {
		return nil, nil
	}
	snapshot, err := simulated.Take(ctx, looking, p.head, p.settings.Edge, made.observed, made.recorded)
	if err != nil {
		return nil, err
	}
	report, diags, err := rehearse.Run(ctx, rehearse.Scene{
		Begin: func() (*simulated.World, error) {
			w := simulated.New(simulated.Options{Settings: p.settings})
			w.Volumes, w.Part = p.options.volumes, p.options.scope.Options
			w.Stand(snapshot)
			return w, nil
		},
		Desired: p.desired, Mode: p.options.mode, Plan: made.Plan, Steady: true,
	})
	switch {
	case diags.HasErrors():
		return nil, failure{diags}
	case errors.Is(err, rehearse.ErrOther):
		return nil, failf("The plan cannot be rehearsed", "What stands on the engine could not be played exactly, since %s. The engine may have changed while the plan was made: plan again.", err)
	}
	return report, err
}

// rehearsedJSON writes the plan's JSON with the report in it, as "rehearsal".
func (p *planner) rehearsedJSON(made *planned, report *rehearse.Report) error {
	return p.writeJSON(rehearse.Of(made.Plan, report))
}
