package edge

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
)

const (
	answerLimit = 30 * time.Second
	answerPoll  = 5 * time.Millisecond
	lookPoll    = 250 * time.Millisecond // at the container, in case it ended
)

// answers waits until HAProxy does at its admin socket, and its master at its own.
func (w *worker) answers(ctx context.Context, id string) error {
	if w.Host == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	look := time.Now().Add(lookPoll)
	for {
		_, err := w.Host.Command(limited, haproxy.Admin, "show info")
		if err == nil {
			_, err = w.Host.Command(limited, haproxy.Master, "show proc")
		}
		if err == nil {
			return nil
		}
		if limited.Err() != nil {
			return w.silent(ctx, id, err)
		}
		if time.Now().After(look) {
			c, err := w.Engine.Container(limited, id)
			if err != nil {
				return err
			}
			if c.State == engine.Exited || c.State == engine.Restarting || c.State == engine.Dead {
				return w.silent(ctx, id, fmt.Errorf("it ended with exit code %d", c.ExitCode))
			}
			look = time.Now().Add(lookPoll)
		}
		select {
		case <-time.After(answerPoll):
		case <-limited.Done():
		}
	}
}

// silent explains an edge that does not come up by what HAProxy wrote last.
func (w *worker) silent(ctx context.Context, id string, why error) error {
	logs, err := w.Engine.Logs(ctx, id, 10)
	if text := bytes.TrimSpace(logs); err == nil && len(text) > 0 {
		return fmt.Errorf("HAProxy does not come up: %w; it says:\n%s", why, text)
	}
	return fmt.Errorf("HAProxy does not come up: %w", why)
}
