package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// applyOptions are the options of the commands that carry a plan out.
type applyOptions struct {
	planOptions
	autoApprove bool
	// retry lets a release take over unattended that was taken back before.
	retry       bool
	parallelism int
	lockTimeout time.Duration
	// out is the file in which the plan is saved instead of being carried out; empty for none.
	out string
	// question asks for the approval.
	question string
}

func (o *applyOptions) register(cmd *cobra.Command) {
	o.planOptions.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "write what happens as JSON, one object a line; needs --auto-approve")
	cmd.Flags().BoolVar(&o.autoApprove, "auto-approve", false, "do not ask")
	cmd.Flags().IntVar(&o.parallelism, "parallelism", apply.DefaultParallelism, "`NUMBER` of steps that run at once, at most")
	cmd.Flags().DurationVar(&o.lockTimeout, "lock-timeout", 0, "how long to wait for the recipe's lock, such as 5m")
}

func (o *applyOptions) check(cmd *cobra.Command) error {
	switch {
	case o.json && !o.autoApprove && o.out == "":
		return usage{errors.New("--json leaves no place for a question: give --auto-approve too"), cmd.CommandPath()}
	case o.parallelism < 1:
		return usage{errors.New("--parallelism is at least 1"), cmd.CommandPath()}
	case o.lockTimeout < 0:
		return usage{errors.New("--lock-timeout is not negative"), cmd.CommandPath()}
	}
	return nil
}

// carryOut plans, asks, and carries the plan out. A plan without steps takes no lock and writes nothing.
func (a *app) carryOut(ctx context.Context, path string, o applyOptions) error {
	if o.out != "" {
		if err := replaceable(o.out); err != nil {
			return err
		}
	}
	p, err := a.newPlanner(path, o.planOptions)
	if err != nil {
		return err
	}
	return a.carry(ctx, p, o)
}

// carrySaved carries a saved plan out, and no other. It asks nothing: to save a plan and to apply the file is to
// have seen it.
func (a *app) carrySaved(ctx context.Context, path string, o applyOptions) error {
	file, err := readPlan(path)
	if err != nil {
		return err
	}
	p, err := a.savedPlanner(file, o.planOptions)
	if err != nil {
		return err
	}
	p.file = path
	o.planOptions, o.autoApprove = p.options, true
	return a.carry(ctx, p, o)
}

// saves gives a command --out.
func (o *applyOptions) saves(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.out, "out", "", "save the plan in this `FILE` and change nothing: \"recipe apply FILE\" carries it out")
	_ = cmd.MarkFlagFilename("out") // fails only for an option that is not there
	cmd.MarkFlagsMutuallyExclusive("out", "auto-approve")
}

func (a *app) carry(ctx context.Context, p *planner, o applyOptions) error {
	reader, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	if p.saved != nil {
		if err := p.fits(ctx, reader); err != nil {
			return err
		}
	}
	shown, err := p.make(ctx, reader)
	if err != nil {
		return err
	}
	a.show(p.warnings)
	if p.saved != nil {
		// While somebody else applies nothing can be said of what stands: the lock is waited for, or refused.
		if err := p.stale(shown); err != nil && world.Facts(shown.observed).Lock == nil {
			return err
		}
		shown.Plan = p.saved.Plan
	}
	report := &report{planner: p}
	if o.out != "" {
		return report.keep(shown, reader.Host(), o.out)
	}
	if err := report.plan(shown); err != nil || shown.nothing(o.mode) {
		return err
	}
	if err := p.tried(shown, o); err != nil {
		return err
	}
	if !o.autoApprove {
		if err := a.approve(ctx, o.question); err != nil {
			return err
		}
	}
	c := &carrier{planner: p, options: o, engine: &docker.Engine{Reader: reader}, report: report}
	return c.run(ctx, shown)
}

// carrier carries one plan out.
type carrier struct {
	*planner
	options applyOptions
	engine  *docker.Engine
	report  *report
	session *helper.Session
	made    *planned
}

// run takes the lock, sees that the plan still is what was shown, and carries it out.
func (c *carrier) run(ctx context.Context, shown *planned) (err error) {
	first := newAppsFirst(shown.Plan)
	c.session, err = helper.Open(ctx, c.engine, helper.Options{
		Recipe: c.head, Edge: c.edge(ctx, shown), Host: true,
		Who: who(), Wait: c.options.lockTimeout, Waiting: c.report.waiting,
		After: first.started,
	})
	if err != nil {
		return err
	}
	// The lock is given back whatever happens, also after an interruption.
	defer func() { err = errors.Join(err, c.session.Close(ctx)) }()
	if c.made, err = c.make(ctx, c.engine.ReadOnly()); err != nil {
		return err
	}
	switch {
	case c.saved != nil:
		if err := c.stale(c.made); err != nil {
			return err
		}
	case plan.Digest(c.made.Plan) != plan.Digest(shown.Plan):
		if err := c.moved(shown); err != nil || c.made.nothing(c.options.mode) {
			return err
		}
	}
	return c.steps(ctx, first)
}

// moved decides what to do when the world is not as it was when the plan was shown.
func (c *carrier) moved(shown *planned) error {
	if c.made.nothing(c.options.mode) {
		return c.report.plan(c.made)
	}
	if c.options.autoApprove {
		return c.report.moved(shown, c.made)
	}
	return failf("The world moved", "Since the plan was shown, something changed, so that it would do something else now:\n%s\nNothing was changed. Plan again.",
		difference(shown, c.made))
}

// steps runs the steps, writes the record and tells how it ended.
func (c *carrier) steps(ctx context.Context, first *appsFirst) error {
	c.signals.apply()
	defer c.signals.applying.Store(false)
	result, err := apply.Run(ctx, c.made.Plan, apply.Options{
		Doers:       builtins.Doers(c.tools()),
		Parallelism: c.options.parallelism,
		Secret:      c.secret(),
		Sink:        first.watch(c.forgetful(ctx, c.report.sink(c.made))),
		Alive:       c.session.Alive,
		Hard:        c.signals.hard,
	})
	if result == nil {
		return err
	}
	c.signals.applying.Store(false)
	end := c.report.ended(c.made, result, err)
	return errors.Join(end, c.remember(ctx, result, err))
}

// secret looks up sensitive values of the plan's resources.
func (c *carrier) secret() func(addr.Addr, string) (string, error) {
	secrets := map[addr.Addr]map[string]string{}
	for _, r := range c.made.desired.Resources {
		secrets[r.Addr] = r.Secrets
	}
	return func(a addr.Addr, path string) (string, error) {
		value, ok := secrets[a][path]
		if !ok {
			return "", fmt.Errorf("%s of %s is no secret that the recipe knows", path, a)
		}
		return value, nil
	}
}

func (c *carrier) tools() builtins.Tools {
	return builtins.Tools{
		Engine: c.engine, Builder: c.engine, Session: c.session, Recipe: c.head,
		Edge: c.settings.Edge, Host: edge.HostNetwork(world.Facts(c.made.observed).Info),
	}
}

// edge names the edge whose volume the session has. A destroy that was killed when the edge was gone left that
// volume behind, and the session looks after it.
func (c *carrier) edge(ctx context.Context, shown *planned) string {
	if name := edgeOf(shown, c.settings.Edge); name != "" || c.planner.options.mode != kind.Destroy {
		return name
	}
	left, err := c.engine.Volumes(ctx, map[string]string{label.Edge: c.settings.Edge})
	if err != nil || len(left) == 0 {
		return ""
	}
	return c.settings.Edge
}

// edgeOf names the edge that a plan's steps need, empty where they need none: a helper then mounts nothing of it.
func edgeOf(made *planned, name string) string {
	for _, steps := range [][]plan.Step{made.Steps, made.Undo} {
		for i := range steps {
			if strings.HasPrefix(string(steps[i].Op), "edge.") {
				return name
			}
		}
	}
	return ""
}
