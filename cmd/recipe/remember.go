package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// remember writes down what was applied, for explaining later plans and for history. It does so after a failure
// and an interruption too, and not when the lock is lost: the record is another's by then. A recipe that was
// destroyed leaves none.
func (c *carrier) remember(ctx context.Context, result *apply.Result, ended error) error {
	if c.session.Alive() != nil {
		return nil
	}
	mode := c.planner.options.mode
	ctx = context.WithoutCancel(ctx)
	edged := c.inForce(ctx, result)
	if mode == kind.Destroy && ended == nil {
		c.session.DropRecord()
		return edged
	}
	kept := *c.made.recorded
	done := c.made.applied(result)
	switch {
	case mode == kind.Apply:
		done.Settle(&kept)
	case mode.Decides():
		done.Decided(&kept)
	case mode == kind.Refresh:
		record.Follow(&kept, c.made.Plan)
	case mode == kind.Destroy && len(result.Done) > 0:
		// As after a whole destroy, jobs run again: what they set up may be gone with its volume.
		kept.Jobs = nil
	}
	for _, s := range c.made.adopts {
		kept.Adopted = append(kept.Adopted, s.origin)
	}
	entry := state.Entry{
		Plan: plan.Digest(c.made.Plan)[:12], By: who(), Revision: c.head.Revision,
		Result: record.OutcomeOf(mode, result, ended), Releases: done.Releases(), Refused: done.Refused(mode), Command: c.planner.options.command,
	}
	if c.saved != nil {
		entry.Saved = c.saved.Checksum
	}
	if mode == kind.Maintain {
		entry.Releases = nil // nothing of them changed
		if ended == nil {
			entry.Result = maintained(c.planner.options.maintenance)
		}
	}
	if entry.Revision != "" && dirty(ctx, c.head.Dir) {
		entry.Revision += "+dirty"
	}
	record.Append(&kept, entry)
	kept = c.head.Moved.Kept(kept)
	return errors.Join(edged, record.Write(ctx, c.session, &kept))
}

// inForce keeps on the edge what its proxy was seen to do, where steps had to do with it.
func (c *carrier) inForce(ctx context.Context, result *apply.Result) error {
	if edgeOf(c.made, c.settings.Edge) == "" {
		return nil
	}
	before := world.Facts(c.made.observed).Edge.InForce[c.head.Name]
	now := edge.InForce(ctx, c.made.Plan, result, before, edge.For(c.engine, c.session, c.settings.Edge, true).Edge)
	if err := edge.Keep(ctx, c.session, c.head.Name, now); err != nil {
		return fmt.Errorf("writing down what edge %s does: %w", c.settings.Edge, err)
	}
	return nil
}

// applied is the plan as it ended.
func (p *planned) applied(result *apply.Result) record.Applied {
	return record.Applied{Plan: p.Plan, Desired: p.desired, Observed: p.observed, Recorded: p.recorded, Result: result}
}

// who is the person behind this run, as user@host.
func who() string {
	name := os.Getenv("USER")
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return name + "@" + hostName()
}
