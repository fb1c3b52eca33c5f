package haproxy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

const (
	reloadLimit = 30 * time.Second // for a new worker to answer; 10,000 backends take one second
	reloadAgain = time.Second      // after which a request that nobody heard is sent anew
	goneLimit   = 5 * time.Second  // without anyone at either socket
	refusedText = "the new worker could not start, and the old one serves on; HAProxy's log says why (a port that it could not bind?)"
)

// reload has a new worker take over and returns when it answers at the admin socket.
//
// The master's word counts, not the request's: a signal or command that meets a master which is just
// starting is lost. While it starts it does not answer at all, for two seconds where a port cannot be
// bound; after a failure it keeps the old worker and counts.
func reload(ctx context.Context, host Host) error {
	ctx, cancel := context.WithTimeout(ctx, reloadLimit)
	defer cancel()
	var before processes
	err := again(ctx, func() (err error) {
		before, err = show(ctx, host)
		return err
	})
	if err != nil {
		return err
	}
	request := func() error {
		err := host.Reload(ctx)
		if errors.Is(err, proxy.ErrAbsent) {
			return fmt.Errorf("%w: %w", errMoved, err)
		}
		return err
	}
	if err := again(ctx, request); err != nil {
		return err
	}
	asked, answered := time.Now(), time.Now()
	for {
		now, err := show(ctx, host)
		if !errors.Is(err, proxy.ErrAbsent) {
			answered = time.Now()
		}
		switch {
		case time.Since(answered) > goneLimit:
			return fmt.Errorf("HAProxy ended while it reloaded: %w", err)
		case err != nil && ctx.Err() != nil:
			return fmt.Errorf("waiting for a new worker: %w", errors.Join(err, ctx.Err()))
		case err != nil: // starting
		case now.current() != 0 && now.current() != before.current():
			if pid, _, err := ask(ctx, host, nil); err == nil && pid == now.current() {
				return nil
			}
		case now.master.reloads > before.master.reloads && now.failed > 0:
			return fmt.Errorf("%w: %s", proxy.ErrRefused, refusedText)
		case now.master.reloads == before.master.reloads && time.Since(asked) > reloadAgain:
			if err := again(ctx, request); err != nil {
				return err
			}
			asked = time.Now()
		}
		if err := pause(ctx, reloadPoll); err != nil {
			return fmt.Errorf("waiting for a new worker: %w", err)
		}
	}
}
