package haproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Edge is a HAProxy on a host.
type Edge struct {
	host    Host
	options Options
	turn    chan struct{} // holds one token: calls of this process
}

var _ proxy.Edge = (*Edge)(nil)

// New drives the HAProxy of a host. The options count where the edge's files do not exist yet.
func New(host Host, options Options) *Edge {
	return &Edge{host: host, options: options.filled(), turn: make(chan struct{}, 1)}
}

// Close implements proxy.Edge. The host is its owner's to close.
func (e *Edge) Close() error { return nil }

// Sites implements proxy.Reader.
func (e *Edge) Sites(ctx context.Context) ([]proxy.Site, error) {
	files, err := e.host.ReadFiles(ctx)
	if err != nil {
		return nil, err
	}
	c, err := Parse(files)
	return c.Sites, err
}

// Files implements proxy.Reader.
func (e *Edge) Files(ctx context.Context) (map[string][]byte, error) { return e.host.ReadFiles(ctx) }

// Remove implements proxy.Edge. Where no HAProxy runs and no file knows the recipe, nothing is to do.
func (e *Edge) Remove(ctx context.Context, recipe string) error {
	_, err := e.Update(ctx, recipe, func(s *proxy.Site) error {
		*s = proxy.Site{Recipe: recipe}
		return nil
	})
	if errors.Is(err, proxy.ErrAbsent) {
		sites, unread := e.Sites(ctx)
		if unread == nil && !slices.ContainsFunc(sites, func(s proxy.Site) bool { return s.Recipe == recipe }) {
			return nil
		}
	}
	if err == nil {
		err = e.forgetAll(ctx, recipe)
	}
	return err
}

// lock takes this process's turn and the host's lock.
func (e *Edge) lock(ctx context.Context) (unlock func() error, err error) {
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release, err := e.host.Lock(ctx)
	if err != nil {
		<-e.turn
		return nil, err
	}
	return func() error {
		err := release()
		<-e.turn
		return err
	}, nil
}

// Now implements proxy.Edge.
func (e *Edge) Now(ctx context.Context) (time.Time, error) { return e.host.Now(ctx) }

// Update implements proxy.Edge.
func (e *Edge) Update(ctx context.Context, recipe string, change func(*proxy.Site) error) (out proxy.Outcome, err error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	u, err := e.plan(ctx, recipe, change)
	if err != nil {
		return out, err
	}
	due, err := u.due(ctx)
	if err != nil {
		return out, err
	}
	if due || u.lists() {
		if _, err := e.host.Check(ctx, u.files); err != nil {
			return out, withoutTLS(err)
		}
	}
	if u.changes() {
		if err := e.host.WriteFiles(ctx, u.write, u.remove); err != nil {
			return out, errors.Join(err, u.restore(ctx))
		}
		out.Wrote = true
	}
	out.Reloaded, err = u.follow(ctx, due)
	if errors.Is(err, proxy.ErrRefused) || errors.Is(err, proxy.ErrCannotHold) {
		return proxy.Outcome{}, errors.Join(err, u.restore(ctx))
	}
	if err == nil {
		err = u.forget(ctx)
	}
	return out, err
}

// updating is one Update: what stands and what shall stand.
type updating struct {
	host    Host
	site    proxy.Site
	sites   []proxy.Site // of all recipes, as they stand
	known   []string     // IDs of the site's certificates, as they stand
	options Options
	before  map[string][]byte // all files as they stand
	files   map[string][]byte // all files as they shall stand
	write   map[string][]byte // what differs
	remove  []string
	// edited says that somebody changed the configuration by hand, and may have had HAProxy read it.
	edited bool
}

func (u *updating) changes() bool { return len(u.write)+len(u.remove) > 0 }

// plan reads the files and derives the new ones, with every check that needs no HAProxy.
func (e *Edge) plan(ctx context.Context, recipe string, change func(*proxy.Site) error) (*updating, error) {
	u := &updating{host: e.host, write: map[string][]byte{}}
	var err error
	if u.before, err = e.host.ReadFiles(ctx); err != nil {
		return nil, err
	}
	config, err := Parse(u.before)
	if err != nil {
		return nil, err
	}
	if u.before[globalFile] == nil {
		if config.Options = e.options; config.Options.Validate() != nil {
			return nil, config.Options.Validate()
		}
	}
	before := config.Site(recipe)
	site := before.Clone()
	if err := change(&site); err != nil {
		return nil, err
	}
	site.Recipe = recipe
	site = site.Normal()
	if err := accept(before, site, config.Sites); err != nil {
		return nil, err
	}
	u.files = config.merge(u.before, site)
	u.edited = slices.ContainsFunc(Edited(u.before, recipe), func(e Edit) bool { return strings.HasPrefix(e.Name, "cfg/") })
	u.site, u.sites, u.known = site, config.Sites, before.IDs()
	u.options = config.Options
	u.compare()
	if err := u.laid(ctx); err != nil {
		return nil, err
	}
	return u, u.free(ctx)
}

// accept makes the checks that a site has to pass whatever the edge.
func accept(before, site proxy.Site, all []proxy.Site) error {
	if err := site.Validate(); err != nil {
		return err
	}
	if err := proxy.Claims(site, all); err != nil {
		return err
	}
	return proxy.InUse(before, site)
}

// compare finds what to write and to remove.
func (u *updating) compare() {
	for name := range u.before {
		if u.files[name] == nil {
			u.remove = append(u.remove, name)
		}
	}
	for name, text := range u.files {
		if was, ok := u.before[name]; !ok || !bytes.Equal(was, text) {
			u.write[name] = text
		}
	}
	slices.Sort(u.remove)
}

// free makes sure that nothing else listens on ports that the edge does not have yet.
func (u *updating) free(ctx context.Context) error {
	var fresh []proxy.Port
	for _, p := range u.site.Ports {
		if u.before[portFile(p)] == nil {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	all, err := u.host.Listeners(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range fresh {
		if l, ok := p.Taken(all); ok {
			return fmt.Errorf("%w: port %s of %s wants %d, and something listens on %s", proxy.ErrPortTaken, p.Name, u.site.Recipe, p.Listen, l)
		}
	}
	return nil
}

// due asks the worker whether it runs the structure that the site shall have. That it answers at all is
// made sure before anything is written.
func (u *updating) due(ctx context.Context) (bool, error) {
	var runs string
	err := again(ctx, func() (err error) {
		runs, err = running(ctx, u.host, u.site.Recipe)
		return err
	})
	if err != nil {
		return false, err
	}
	if u.site.Empty() {
		return runs != "", nil
	}
	return u.edited || runs != structure(&u.site, u.options), nil
}

// follow brings the runtime in line with the written files, by a reload where due or where it turns out so.
func (u *updating) follow(ctx context.Context, due bool) (reloaded bool, err error) {
	for range 5 {
		if due {
			var before map[slot]live
			if err := again(ctx, func() (err error) { before, err = servers(ctx, u.host); return err }); err != nil {
				return reloaded, err
			}
			if err := reload(ctx, u.host); err != nil {
				return reloaded, err
			}
			reloaded = true
			if err := again(ctx, func() error { return inform(ctx, u.host, before) }); err != nil {
				return reloaded, err
			}
		}
		err := again(ctx, func() error { return align(ctx, u.host, &u.site, u.options) })
		switch {
		case err == nil:
			return reloaded, nil
		case errors.Is(err, errStructure):
			due = true
		default:
			return reloaded, err
		}
	}
	return reloaded, fmt.Errorf("HAProxy was reloaded again and again: %w", err)
}

// restore puts the files back as they were.
func (u *updating) restore(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	back := map[string][]byte{}
	var away []string
	for name := range u.write {
		if was, ok := u.before[name]; ok {
			back[name] = was
		} else {
			away = append(away, name)
		}
	}
	for _, name := range u.remove {
		back[name] = u.before[name]
	}
	slices.Sort(away)
	return u.host.WriteFiles(ctx, maps.Clone(back), away)
}
