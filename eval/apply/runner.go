package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// errHard is the cause of contexts that end because Options.Hard was closed.
var errHard = errors.New("stopped at once, it may or may not have had its effect")

// errHurry is the cause of contexts of waiting steps that end because the apply was cancelled.
var errHurry = errors.New("broken off while it waited")

// errGivenUp is the cause of contexts of waiting steps that end because their group failed: what they wait for is of no
// use any more, and the way back need not wait for them.
var errGivenUp = errors.New("given up, since its group is taken back")

// runner runs single steps. It is what the steps' goroutines share.
type runner struct {
	Options
	ctx  context.Context // of all steps: survives the first cancellation
	stop context.CancelCauseFunc
	// patience is the context of steps that only wait: the first cancellation ends it.
	patience context.Context
	hurry    context.CancelCauseFunc

	mu      sync.Mutex
	outputs map[plan.ID]kind.Outputs
	closed  bool // the apply is over: a step that was given up may still have something to say
}

// emit hands an event to the sink, one at a time.
func (r *runner) emit(e event.Event) {
	if r.Sink == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		e.Time = time.Now()
		r.Sink(e)
	}
}

// close ends the events and returns what the steps returned.
func (r *runner) close() map[plan.ID]kind.Outputs {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return maps.Clone(r.outputs)
}

func eventOf(t event.Type, step *plan.Step, undo bool) event.Event {
	return event.Event{
		Type: t, Step: step.ID, Addr: step.Addr.String(), Group: step.Group, Title: step.Title, Undo: undo,
	}
}

// run carries one step out, tells the sink, and returns its failure. patience is the context of a step that only waits.
func (r *runner) run(patience context.Context, step *plan.Step, undo bool, failure string) error {
	started := time.Now()
	r.emit(eventOf(event.StepStarted, step, undo))
	err := r.limited(patience, step, undo, failure)
	e := eventOf(event.StepDone, step, undo)
	switch {
	case errors.Is(err, errGivenUp):
		e.Type = event.StepSkipped
	case err != nil:
		e.Type, e.Text = event.StepFailed, err.Error()
	}
	e.Took = time.Since(started)
	r.emit(e)
	if err != nil {
		return &StepError{step.ID, step.Addr, step.Title, step.Cause, undo, err}
	}
	return nil
}

// limited does a step within its limit, and gives up on one that does not return when it is told to.
func (r *runner) limited(patience context.Context, step *plan.Step, undo bool, failure string) error {
	ctx, cancel := r.ctx, context.CancelFunc(func() {})
	if step.Idle && !undo {
		ctx = patience
	}
	if step.Limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, step.Limit)
	}
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- r.do(ctx, step, undo, failure) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		select {
		case err = <-ended:
		case <-time.After(r.Grace):
			err = fmt.Errorf("it did not end when it was told to: %w", ctx.Err())
		}
	}
	switch {
	case err == nil:
		return nil
	case r.ctx.Err() != nil:
		return because(errHard.Error(), err)
	case context.Cause(ctx) == errGivenUp:
		return errGivenUp
	case context.Cause(ctx) == errHurry:
		return because(errHurry.Error(), err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return because("took longer than its limit of "+seconds(step.Limit), err)
	}
	return err
}

// because puts a reason before an error, and leaves out what a context says of itself.
func because(reason string, err error) error {
	if err == context.DeadlineExceeded || err == context.Canceled {
		return &reasonError{reason, err}
	}
	detail := strings.TrimSuffix(err.Error(), ": "+context.DeadlineExceeded.Error())
	return &reasonError{reason + ": " + strings.TrimSuffix(detail, ": "+context.Canceled.Error()), err}
}

type reasonError struct {
	text string
	err  error
}

func (e *reasonError) Error() string { return e.text }
func (e *reasonError) Unwrap() error { return e.err }

// seconds writes a limit as people set it: 60s, 10m, 500ms.
func seconds(d time.Duration) string {
	if d > time.Minute && d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	if d >= time.Second && d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return d.String()
}

// do calls the Doer, a panic of which is an error: the other steps and the way back must still run.
func (r *runner) do(ctx context.Context, step *plan.Step, undo bool, failure string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this is a bug in recipe: %v\n%s", p, debug.Stack())
		}
	}()
	outputs, err := r.Doers[step.Op].Do(ctx, *step, kind.Inputs{
		Failure: failure,
		Secret: func(path string) (string, error) {
			if r.Secret == nil {
				return "", fmt.Errorf("no secret is known for %s of %s", path, step.Addr)
			}
			return r.Secret(step.Addr, path)
		},
		Report: func(line string) {
			e := eventOf(event.StepProgress, step, undo)
			e.Text = line
			r.emit(e)
		},
		Output: func(of plan.ID, name string) (string, bool) {
			r.mu.Lock()
			defer r.mu.Unlock()
			value, ok := r.outputs[of][name]
			return value, ok
		},
	})
	if err == nil {
		r.mu.Lock()
		r.outputs[step.ID] = outputs
		r.mu.Unlock()
	}
	return err
}
