package edge

import (
	"context"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
)

// LogReader reads what a container wrote: an engine.Reader.
type LogReader interface {
	ReadLogs(ctx context.Context, container string, o engine.LogOptions, each func(engine.LogLine) error) error
}

// Requests is proxy.Edge's for who cannot change the edge: it needs no helper. The edge is named by its container; where
// there is none it is proxy.ErrAbsent.
func Requests(ctx context.Context, r LogReader, edge, recipe string, q proxy.LogQuery, each func(proxy.LogEntry) error) error {
	return readLog(ctx, r, edge, q, haproxy.RequestsIn(recipe, q, each))
}

func readLog(ctx context.Context, r LogReader, edge string, q proxy.LogQuery, each func(line []byte) error) error {
	o := engine.LogOptions{Since: q.Since, Follow: q.Follow}
	if q.New {
		o.Tail = -1
	}
	err := r.ReadLogs(ctx, edge, o, func(l engine.LogLine) error {
		return each([]byte(l.Text))
	})
	if errors.Is(err, engine.ErrNotFound) {
		return fmt.Errorf("%w: %w", proxy.ErrAbsent, err)
	}
	return err
}
