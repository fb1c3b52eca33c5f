package gate

import (
	"context"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
)

// repeatArgs are the arguments of gates that ask: they go on asking while their stage holds.
type repeatArgs struct {
	Interval state.Duration `json:"interval"`
	Failures int            `json:"failures"`
}

// How often, and how patiently, where the recipe does not say.
const (
	repeatEvery    = 10 * time.Second
	repeatFailures = 3
)

func repeatedArgs() []schema.Arg {
	return []schema.Arg{
		{Name: "interval", Type: schema.Dur(), Doc: "How long after a good answer it is asked again, as long as the stage holds and when it has held; 10s without it."},
		{Name: "failures", Type: schema.Whole(1, 1000), Doc: "How many intervals without a good answer fail it then, in each of which it is asked again and again; 3 without it."},
	}
}

// Asks tells whether gates of a kind ask the new release, or somebody about it, and go on asking.
func Asks(kind string) bool {
	k := Find(kind)
	return k != nil && takes(k, "interval")
}

// repeats tells whether the gate goes on asking, and how.
func (c Config) repeats() (r repeatArgs, ok bool) {
	if c.Hold <= 0 || !Asks(c.Gate.Kind) {
		return r, false
	}
	r, err := read[repeatArgs](c.Gate)
	if r.Interval <= 0 {
		r.Interval = state.Duration(repeatEvery)
	}
	if r.Failures == 0 {
		r.Failures = repeatFailures
	}
	return r, err == nil
}

// patience is how long no answer may be good.
func (r repeatArgs) patience() time.Duration { return time.Duration(r.Failures) * r.Interval.Std() }

// again asks on, after a first good answer, until the stage has held, and gives the last verdict.
func (t Tools) again(ctx context.Context, c Config, watch Watch, first Verdict, began time.Time) (Verdict, error) {
	r, ok := c.repeats()
	if !ok {
		return first, nil
	}
	for last := first; ; {
		left := c.Hold.Std() - time.Since(began)
		if left <= 0 {
			return last, nil
		}
		timer := time.NewTimer(min(left, r.Interval.Std()))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return last, ctx.Err()
		}
		limited, cancel := context.WithTimeout(ctx, r.patience())
		v, err := watch.Judge(limited)
		cancel()
		if err != nil || ctx.Err() != nil {
			return v, err
		}
		if v.Result != Passed {
			v.Evidence = fmt.Sprintf("no good answer for %s while the stage held: %s", short(r.patience()), v.Evidence)
			return v, nil
		}
		last = v
	}
}
