package edge

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// prepare refuses what would be noticed, whatever a plan says.
func (w *worker) prepare(ctx context.Context, config PrepareConfig, _ kind.Inputs) (kind.Outputs, error) {
	if config.Anew { // first of all by itself: else its servers would be in the way of others in their slots
		if err := w.update(ctx, config.Recipe.Name, func(s *proxy.Site) error {
			*s = proxy.Site{Recipe: s.Recipe}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return nil, w.update(ctx, config.Recipe.Name, func(s *proxy.Site) error {
		before := s.Clone()
		Prepare(s, config)
		for _, p := range config.Services {
			if err := unnoticed(&before, s, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// unnoticed finds what preparing a service would do to its traffic.
func unnoticed(before, after *proxy.Site, p PrepareService) error {
	group := after.Group(p.Group)
	if group == nil {
		return fmt.Errorf("service %s: there is no group %s", p.Name, p.Group)
	}
	was := before.Service(p.Name)
	if was == nil {
		return nil
	}
	if old := before.Group(was.Group); old != nil && old.Percent != group.Percent {
		return fmt.Errorf("service %s cannot go from group %s, with %d%% on side b, to group %s, with %d%%: that would move its traffic",
			p.Name, old.Name, old.Percent, group.Name, group.Percent)
	}
	if group.Gets(p.Side) && hasReady(was.Side(p.Side)) && !hasReady(after.Service(p.Name).Side(p.Side)) {
		return fmt.Errorf("side %s of service %s gets traffic, and preparing it would leave it without a server", p.Side, p.Name)
	}
	return nil
}

func hasReady(b *proxy.Backend) bool {
	return slices.ContainsFunc(b.Servers, func(s proxy.Server) bool { return s.State == proxy.Ready })
}

// shift does not pass over what is not there: its step says that traffic goes there.
func (w *worker) shift(ctx context.Context, config ShiftConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		g := s.Group(config.Group)
		if g == nil {
			return fmt.Errorf("the edge has no group %s of recipe %s", config.Group, config.Recipe)
		}
		for _, m := range config.Match {
			if !g.Knows(m) {
				return fmt.Errorf("the edge does not look for %s%s in requests of group %s", m.Header, m.Cookie, config.Group)
			}
		}
		for _, id := range config.Ready {
			if findServer(s, id) == nil {
				return fmt.Errorf("the edge has no server %d on side %s of service %s", id.Slot, id.Side, id.Service)
			}
		}
		Shift(s, config, time.Now())
		return nil
	})
}

func findServer(s *proxy.Site, id proxy.ServerID) *proxy.Server {
	if service := s.Service(id.Service); service != nil {
		return service.Side(id.Side).Server(id.Slot)
	}
	return nil
}

// drain ends what servers have. Those that are not there, or in maint, have nothing.
func (w *worker) drain(ctx context.Context, config DrainConfig, in kind.Inputs) (kind.Outputs, error) {
	if err := w.needed(ctx, config); err != nil {
		return nil, err
	}
	var servers []proxy.ServerID
	err := w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		servers = nil
		Ended(s, config.Ends)
		for _, id := range config.Servers {
			if server := findServer(s, id); server != nil && server.State != proxy.Maint {
				server.State = proxy.Draining
				servers = append(servers, id)
			}
		}
		return nil
	})
	if err != nil || len(servers) == 0 {
		return nil, err
	}
	left, err := w.Edge.Drain(ctx, servers, config.Limit.Std(), func(open int) {
		if open > 0 {
			in.Report(fmt.Sprintf("%d still open", open))
		}
	})
	if err != nil {
		return nil, err
	}
	var out kind.Outputs
	if left > 0 {
		in.Report(fmt.Sprintf("%s still open after %s; %s cut when the old release stops", connections(left), limitText(config.Limit.Std()), isAre(left)))
		out = kind.Outputs{"left": strconv.Itoa(left)}
	}
	return out, w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		for _, id := range servers {
			// One that was made ready again meanwhile is someone's who knows better.
			if server := findServer(s, id); server != nil && server.State == proxy.Draining {
				server.State = proxy.Maint
			}
		}
		return nil
	})
}

func connections(n int) string {
	if n == 1 {
		return "1 connection was"
	}
	return strconv.Itoa(n) + " connections were"
}

func isAre(n int) string {
	if n == 1 {
		return "it is"
	}
	return "they are"
}

func limitText(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(time.Second)
	}
	return d.String()
}

func (w *worker) routes(ctx context.Context, config RoutesConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		Route(s, config)
		return nil
	})
}

func (w *worker) drop(ctx context.Context, config DropConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error { Drop(s, config); return nil })
}

// reset has nothing to do where no HAProxy runs and the files never said what it takes back: the edge did not come
// up.
func (w *worker) reset(ctx context.Context, config ResetConfig, _ kind.Inputs) (kind.Outputs, error) {
	err := w.update(ctx, config.Recipe, func(s *proxy.Site) error { Reset(s, config); return nil })
	if errors.Is(err, proxy.ErrAbsent) {
		site, unread := w.written(ctx, config.Recipe)
		before := site.Clone()
		if Reset(&site, config); unread == nil && reflect.DeepEqual(site.Normal(), before.Normal()) {
			return nil, nil
		}
	}
	return nil, err
}

// written is a recipe's site as the files have it.
func (w *worker) written(ctx context.Context, recipe string) (proxy.Site, error) {
	sites, err := w.Edge.Sites(ctx)
	for i := range sites {
		if sites[i].Recipe == recipe {
			return sites[i], err
		}
	}
	return proxy.Site{Recipe: recipe}, err
}
