package edge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// remove takes a site off, from the files alone where no HAProxy runs, and the edge with the last site. The
// volume is mounted by our own helper, so it is emptied here and removed when the session ends.
func (w *worker) remove(ctx context.Context, config RemoveConfig, in kind.Inputs) (kind.Outputs, error) {
	c, err := w.Engine.Container(ctx, config.Edge)
	switch {
	case errors.Is(err, engine.ErrNotFound):
	case err != nil:
		return nil, err
	case c.Labels[label.Role] != helper.RoleEdge:
		return nil, nil // not ours, so nothing of ours is in it
	}
	if c.State == engine.Running || w.Host == nil {
		if err := w.Edge.Remove(ctx, config.Recipe); err != nil && !errors.Is(err, proxy.ErrAbsent) {
			return nil, err
		}
	}
	if w.Host == nil {
		return nil, w.removeUnused(ctx, c.ID)
	}
	return nil, w.removeLast(ctx, config.Recipe, c.ID, in)
}

// removeLast removes the edge if no recipe has a site on it. It holds the edge's lock, so nobody adds one
// meanwhile; who waits for the lock finds no files and no HAProxy then, and ensures the edge again.
func (w *worker) removeLast(ctx context.Context, recipe, id string, in kind.Inputs) (err error) {
	unlock, err := w.Host.Lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	files, err := w.Host.ReadFiles(ctx)
	if err != nil {
		return err
	}
	edge, err := haproxy.Parse(files)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(edge.Sites), func(s proxy.Site) bool { return s.Recipe == recipe })
	if len(others) > 0 {
		if len(others) < len(edge.Sites) { // no HAProxy ran
			next, err := haproxy.Config{Options: edge.Options, Sites: others}.Render()
			if err != nil {
				return fmt.Errorf("rendering the edge's files: %w", err)
			}
			return w.replace(ctx, files, next)
		}
		return nil
	}
	if id != "" {
		in.Report("no recipe uses it any more: removing the edge")
		if err := w.Engine.RemoveContainer(ctx, id); err != nil {
			return err
		}
	}
	return w.replace(ctx, files, nil)
}

// replace has the edge's directory hold the next files and no others.
func (w *worker) replace(ctx context.Context, files, next map[string][]byte) error {
	var gone []string
	for name := range files {
		if _, kept := next[name]; !kept {
			gone = append(gone, name)
		}
	}
	return w.Host.WriteFiles(ctx, next, gone)
}

// removeUnused is removeLast for an edge without files.
func (w *worker) removeUnused(ctx context.Context, id string) error {
	sites, err := w.Edge.Sites(ctx)
	if err != nil || len(sites) > 0 || id == "" {
		return err
	}
	return w.Engine.RemoveContainer(ctx, id)
}
