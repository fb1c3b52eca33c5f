package simulated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
)

// ReadEdge looks at the edge as planning does: at its container, and at what is written.
func (w *World) ReadEdge(ctx context.Context) (world.Edge, error) {
	on, front := w.through()
	c, err := on.Container(ctx, w.Settings.Edge)
	if errors.Is(err, engine.ErrNotFound) {
		return world.Edge{}, nil
	}
	if err != nil {
		return world.Edge{}, err
	}
	sites, err := front.Sites(ctx)
	if err != nil {
		return world.Edge{}, err
	}
	files, err := front.Files(ctx)
	if err != nil {
		return world.Edge{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return world.Edge{Exists: true, Running: c.State == engine.Running, Container: c, Sites: sites, Files: files, InForce: maps.Clone(w.inForce)}, nil
}

// edge is the proxy as steps see it: there only while its container runs.
type edge struct {
	proxy.Edge
	world *World
}

// Update changes a site.
func (e edge) Update(ctx context.Context, recipe string, change func(*proxy.Site) error) (proxy.Outcome, error) {
	c, err := e.world.Engine.Container(ctx, e.world.Settings.Edge)
	if errors.Is(err, engine.ErrNotFound) || err == nil && c.State != engine.Running {
		return proxy.Outcome{}, proxy.ErrAbsent
	}
	if err != nil {
		return proxy.Outcome{}, err
	}
	out, err := e.Edge.Update(ctx, recipe, change)
	if err != nil {
		return out, err
	}
	return out, e.world.moment("change the edge", true)
}

// Certify lays certificates ready.
func (e edge) Certify(ctx context.Context, recipe string, pairs []proxy.Pair, keep []string) error {
	if err := e.Edge.Certify(ctx, recipe, pairs, keep); err != nil {
		return err
	}
	return e.world.moment("bring certificates to the edge", true)
}

// Remove takes a site off, from the files alone where the edge does not run, as OpRemove does on a real engine.
func (e edge) Remove(ctx context.Context, recipe string) error {
	if err := e.Edge.Remove(ctx, recipe); err != nil {
		return err
	}
	return e.world.moment("change the edge", true)
}

// prober asks containers over the played network.
type prober struct{ world *World }

// Probe asks until the target passes or ctx ends.
func (p prober) Probe(ctx context.Context, t container.Target) (answer container.Answer, err error) {
	ticker := time.NewTicker(t.Interval)
	defer ticker.Stop()
	for {
		answer.Attempts++
		status, body, err := p.world.Engine.Probe(t.Address.Addr(), t.Path)
		if err == nil && t.HTTP && !fits(t, status, body) {
			err = fmt.Errorf("it answered %d %s", status, http.StatusText(status))
		}
		answer.Err = ""
		if err != nil {
			answer.Err = err.Error()
		}
		if t.HTTP {
			answer.Status, answer.Body = status, body
		}
		if answer.Passed = err == nil; answer.Passed {
			return answer, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return answer, nil
		}
	}
}

// fits tells whether an answer is as a target's should be.
func fits(t container.Target, status int, body string) bool {
	if len(t.Status) > 0 && !slices.Contains(t.Status, status) || len(t.Status) == 0 && (status < 200 || status > 399) {
		return false
	}
	matches, err := regexp.MatchString(t.Body, body)
	return err == nil && matches
}
