package haproxy

import (
	"context"
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// A worker begins with all servers up and one failed check away from down, whatever the one before it had found: the dead
// would get requests until their first check, and the living go down by one answer that came late. A reload of ours
// therefore tells the new worker. HAProxy's own way, server-state-file, brings back addresses as well, of before.

// servers are all servers of the current worker.
func servers(ctx context.Context, host Host) (map[slot]live, error) {
	_, said, err := ask(ctx, host, []string{"show servers state"})
	return parseServers(said), err
}

// inform tells the current worker what the one before it had found. A server that is another one now is not meant.
func inform(ctx context.Context, host Host, before map[slot]live) error {
	now, err := servers(ctx, host)
	if err != nil {
		return err
	}
	if commands := findings(before, now); len(commands) > 0 {
		_, _, err = ask(ctx, host, commands)
	}
	return err
}

// findings are the commands that make of servers what they were before, the dead ones first.
func findings(before, now map[slot]live) []string {
	var down, up []string
	for at, is := range now {
		was, known := before[at]
		if !known || was.address != is.address || was.state() == proxy.Maint || is.state() == proxy.Maint {
			continue
		}
		switch was.operation {
		case operationStopped:
			down = append(down, fmt.Sprintf("set server %s/%s health down", at.backend, at.server))
		case operationRunning:
			up = append(up, fmt.Sprintf("set server %s/%s health up", at.backend, at.server))
		}
	}
	slices.Sort(down)
	slices.Sort(up)
	return append(down, up...)
}
