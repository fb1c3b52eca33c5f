package docker

import (
	"context"

	"github.com/docker/docker/api/types/events"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Watch subscribes to the engine's events. The engine answers a moment before it has subscribed us, so a ping
// goes to it and back before Watch returns.
func (e *Engine) Watch(ctx context.Context, labels map[string]string) (<-chan engine.Event, error) {
	filter := labelFilter(labels)
	filter.Add("type", string(events.ContainerEventType))
	for _, action := range []events.Action{
		events.ActionCreate, events.ActionStart, events.ActionRestart, events.ActionPause, events.ActionUnPause,
		events.ActionStop, events.ActionDie, events.ActionOOM, events.ActionDestroy, events.ActionHealthStatus,
	} {
		filter.Add("event", string(action))
	}
	ctx, cancel := context.WithCancel(ctx)
	messages, failure := e.client.Events(ctx, events.ListOptions{Filters: filter})
	if _, err := e.client.Ping(ctx); err != nil {
		cancel()
		return nil, failed(err, "watching containers")
	}
	select {
	case err := <-failure:
		cancel()
		return nil, failed(err, "watching containers")
	default:
	}
	out := make(chan engine.Event)
	go func() {
		defer close(out)
		defer cancel()
		relay(ctx, messages, failure, out)
	}()
	return out, nil
}

func relay(ctx context.Context, messages <-chan events.Message, failure <-chan error, out chan<- engine.Event) {
	for {
		select {
		case m := <-messages:
			event := engine.Event{Container: m.Actor.ID, Action: string(m.Action), Labels: m.Actor.Attributes}
			select {
			case out <- event:
			case <-ctx.Done():
				return
			}
		case <-failure:
			return
		case <-ctx.Done():
			return
		}
	}
}
