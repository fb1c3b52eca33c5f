package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// progress is how far a step has come.
type progress uint8

const (
	waiting progress = iota
	queued           // free to run
	running
	done
	failed
	skipped
)

// scheduler is the state of an apply. Only the loop touches it.
type scheduler struct {
	graph  *plan.Graph
	plan   *plan.Plan
	runner *runner
	result *Result

	waits   []int // by node: how many needs are not done
	state   []progress
	queue   []int // nodes that are free to run, in the order they became so
	idle    []int // the same of steps that only wait, which the bound does not count
	active  int   // running steps of the way forward
	working int   // those of them that the bound counts
	groups  map[string]*group
	ended   chan ended
	why     error    // why no more steps are started, nil while they are
	lost    bool     // nothing may run any more, the way back neither
	broken  []*group // failed, not handled yet
	reverts int      // ways back that are running
}

// group is the state of the steps that stand or fall together.
type group struct {
	name      string
	nodes     []int
	active    int
	failed    bool // some step failed or cannot run
	committed bool
	back      []plan.Step
	paused    bool   // it failed, and stays as it is
	why       string // what failed first
	// patience is the context of its steps that only wait: the group's failure ends it.
	patience context.Context
	giveUp   context.CancelCauseFunc
}

// ended is the one message of a step's goroutine. Node is -1 for a step of a way back.
type ended struct {
	node  int
	group *group
	err   error
}

func newScheduler(ctx context.Context, p *plan.Plan, g *plan.Graph, o Options) *scheduler {
	r := &runner{Options: o, outputs: map[plan.ID]kind.Outputs{}}
	r.ctx, r.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	r.patience, r.hurry = context.WithCancelCause(r.ctx)
	s := &scheduler{
		graph: g, plan: p, runner: r, result: &Result{},
		waits: make([]int, g.Len()), state: make([]progress, g.Len()),
		groups: map[string]*group{}, ended: make(chan ended),
	}
	for _, n := range g.Order() {
		s.waits[n] = len(g.Needs(n))
		if step := g.Step(n); step != nil && step.Group != "" {
			if s.groups[step.Group] == nil {
				g := &group{name: step.Group}
				g.patience, g.giveUp = context.WithCancelCause(r.patience)
				s.groups[step.Group] = g
			}
			s.groups[step.Group].nodes = append(s.groups[step.Group].nodes, n)
		}
	}
	return s
}

// loop runs until nothing is running and nothing is left to start.
func (s *scheduler) loop(ctx context.Context) {
	for _, n := range s.graph.Order() {
		if s.waits[n] == 0 && s.state[n] == waiting {
			s.free(n)
		}
	}
	cancelled, hard := ctx.Done(), s.runner.Hard
	for {
		if cancelled != nil && ctx.Err() != nil {
			cancelled = nil
			s.cancel(cancellation(ctx))
		}
		s.start()
		s.revert()
		if s.active == 0 && s.reverts == 0 {
			if s.leftOver() {
				continue
			}
			break
		}
		select {
		case e := <-s.ended:
			s.end(e)
		case <-cancelled:
		case <-hard:
			hard, s.lost = nil, true
			s.cancel(ErrCancelled)
			s.runner.stop(errHard)
		}
	}
	s.cancel(nil) // what is left waits for what never ran
	s.result.Outputs = s.runner.close()
}

// cancellation is the error of a cancelled context, in our words where it has none of its own.
func cancellation(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != context.Canceled {
		return fmt.Errorf("%w: %w", ErrCancelled, cause)
	}
	return ErrCancelled
}

// free queues a node all of whose needs are done; a milestone is reached by that.
func (s *scheduler) free(n int) {
	if step := s.graph.Step(n); step != nil {
		s.state[n] = queued
		if step.Idle {
			s.idle = append(s.idle, n)
		} else {
			s.queue = append(s.queue, n)
		}
		return
	}
	s.state[n] = done
	s.release(n)
}

// release tells the dependents of n that it is done.
func (s *scheduler) release(n int) {
	for _, d := range s.graph.Dependents(n) {
		if s.waits[d]--; s.waits[d] == 0 && s.state[d] == waiting {
			s.free(d)
		}
	}
}

// start runs what is free, up to the bound.
func (s *scheduler) start() {
	for len(s.idle) > 0 {
		n := s.idle[0]
		s.idle = s.idle[1:]
		s.begin(n)
	}
	for len(s.queue) > 0 && s.working < s.runner.Parallelism {
		n := s.queue[0]
		s.queue = s.queue[1:]
		if s.begin(n) {
			s.working++
		}
	}
}

// begin runs a step that is free, unless it was given up meanwhile or nothing may run any more.
func (s *scheduler) begin(n int) bool {
	if s.state[n] != queued || !s.alive() {
		return false
	}
	step := s.graph.Step(n)
	s.state[n] = running
	s.active++
	g, patience := s.groups[step.Group], s.runner.patience
	if g != nil {
		g.active++
		patience = g.patience
	}
	go func() { s.ended <- ended{n, g, s.runner.run(patience, step, false, "")} }()
	return true
}

// alive asks whether the apply may still run steps, and ends it where not.
func (s *scheduler) alive() bool {
	if s.lost {
		return false
	}
	if s.runner.Alive == nil {
		return true
	}
	err := s.runner.Alive()
	if err != nil {
		s.lost = true
		s.cancel(fmt.Errorf("%w: %w", ErrLost, err))
	}
	return err == nil
}

// end takes in how a step ended.
func (s *scheduler) end(e ended) {
	if e.node < 0 {
		s.wentBack(e.group, e.err)
		return
	}
	s.active--
	if e.group != nil {
		e.group.active--
	}
	step := s.graph.Step(e.node)
	if !step.Idle {
		s.working--
	}
	if e.err == nil {
		s.state[e.node] = done
		s.result.Done = append(s.result.Done, step.ID)
		if e.group != nil && step.Commit {
			e.group.committed = true
		}
		if step.Pauses {
			s.result.Paused = append(s.result.Paused, step.Group)
		}
		s.release(e.node)
		return
	}
	s.state[e.node] = failed
	if errors.Is(e.err, errGivenUp) {
		s.result.Skipped = append(s.result.Skipped, step.ID)
		return
	}
	s.result.Failed = append(s.result.Failed, stepError(e.err))
	if e.group != nil && e.group.why == "" {
		e.group.why = step.Title + ": " + errors.Unwrap(stepError(e.err)).Error()
	}
	s.skipDependents(e.node)
	s.fail(e.group)
}

func stepError(err error) *StepError {
	var s *StepError
	errors.As(err, &s)
	return s
}

// skip gives a step up that has not begun, and all that need it.
func (s *scheduler) skip(n int) {
	if s.state[n] != waiting && s.state[n] != queued {
		return
	}
	s.state[n] = skipped
	step := s.graph.Step(n)
	if step != nil {
		s.result.Skipped = append(s.result.Skipped, step.ID)
		s.runner.emit(eventOf(event.StepSkipped, step, false))
	}
	s.skipDependents(n)
	if step != nil {
		s.fail(s.groups[step.Group])
	}
}

func (s *scheduler) skipDependents(n int) {
	for _, d := range s.graph.Dependents(n) {
		s.skip(d)
	}
}

// fail gives up the rest of a group, unless it is past the step that commits it: then what does not need
// the failed step, such as stopping the old release's other instances, goes on.
func (s *scheduler) fail(g *group) {
	if g == nil || g.failed || g.committed {
		return
	}
	g.failed = true
	g.giveUp(errGivenUp)
	s.broken = append(s.broken, g)
	for _, n := range g.nodes {
		s.skip(n)
	}
}

// cancel gives up whatever has not begun. The first reason given is the one that counts.
func (s *scheduler) cancel(why error) {
	if s.why == nil {
		s.why = why
	}
	if why != nil {
		s.runner.hurry(errHurry)
	}
	for _, n := range s.graph.Order() {
		s.skip(n)
	}
}

// err is what Run returns. To be told to end when nothing is left to begin is no failure: everything was done.
func (s *scheduler) err() error {
	var errs []error
	if whole := len(s.result.Skipped)+len(s.result.Failed)+len(s.result.Reverted) == 0; !whole || !errors.Is(s.why, ErrCancelled) {
		errs = append(errs, s.why)
	}
	for _, f := range s.result.Failed {
		errs = append(errs, f)
	}
	for _, r := range s.result.Reverted {
		if r.Err != nil && !slices.Contains(errs, r.Err) {
			errs = append(errs, r.Err)
		}
	}
	return errors.Join(errs...)
}
