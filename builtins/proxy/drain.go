package proxy

import (
	"context"
	"time"
)

// Bounds of the time between two counts of a drain: the first are quick, since most drains have nothing to
// wait for.
const (
	drainPoll = 5 * time.Millisecond
	drainSlow = 50 * time.Millisecond
)

// Await is the loop of every driver's Drain: it calls count until that has been 0 twice in a row, or until
// limit, and returns the last count. Once is not enough: a request on its way from a queue to a server may
// be in neither for an instant. Progress, if any, hears of every count that differs from the one before.
func Await(ctx context.Context, limit time.Duration, progress func(open int), count func(context.Context) (int, error)) (left int, err error) {
	wait, last, calm := drainPoll, -1, false
	for end := time.Now().Add(limit); ; {
		if left, err = count(ctx); err != nil {
			return left, err
		}
		if progress != nil && left != last {
			progress(left)
		}
		switch {
		case left == 0 && calm:
			return 0, nil
		case left == 0:
			wait = drainPoll
		case !time.Now().Before(end):
			return left, nil
		}
		last, calm = left, left == 0
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return left, ctx.Err()
		case <-timer.C:
		}
		wait = min(2*wait, drainSlow)
	}
}
