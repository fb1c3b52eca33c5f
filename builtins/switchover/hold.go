package switchover

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// OpHold stays at a stage and watches; HoldConfig.
const OpHold plan.Op = "switchover.hold"

// HoldConfig is the config of OpHold.
type HoldConfig struct {
	Hold       state.Duration `json:"hold"`
	Containers []string       `json:"containers"`
}

// Doers gives what carries out each op.
func Doers(e engine.Engine) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{OpHold: kind.DoerOf(func(ctx context.Context, c HoldConfig, _ kind.Inputs) (kind.Outputs, error) {
		return nil, hold(ctx, e, c)
	})}
}

// hold waits, and fails as soon as a container of the new release ends.
func hold(ctx context.Context, e engine.Engine, c HoldConfig) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	events, err := e.Watch(watching, map[string]string{label.Release: ""})
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, name := range c.Containers {
		have, err := e.Container(ctx, name)
		if err != nil {
			return err
		}
		if have.State != engine.Running {
			return ended(ctx, e, name)
		}
		ids[have.ID] = name
	}
	timer := time.NewTimer(c.Hold.Std())
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case event, ok := <-events:
			if !ok {
				return fmt.Errorf("watching the new release: %w", engine.ErrLost)
			}
			if name := ids[event.Container]; name != "" && slices.Contains([]string{"die", "oom", "destroy"}, event.Action) {
				return ended(ctx, e, name)
			}
		}
	}
}

func ended(ctx context.Context, e engine.Engine, name string) error {
	logs, err := e.Logs(ctx, name, container.LogLines)
	if err != nil {
		logs = nil // the message is about the container's end; its output is a help at best
	}
	return &container.UnhealthyError{Container: name, Why: "it ended while the stage held", Logs: string(logs)}
}

func addrPort(address string, port int) netip.AddrPort {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(port))
}
