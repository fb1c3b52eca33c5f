package service

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// stock is what stands of one service on the engine.
type stock struct {
	all    []piece // by generation, newest first, then by index
	failed []piece // kept for a look, of releases that were taken back
}

// piece is one container of a service.
type piece struct {
	state.Object
	engine.Container
	index int
}

// gather sorts what stands by service, in one pass.
func gather(o *state.Observed) map[addr.Addr]stock {
	byAddr := map[addr.Addr][]state.Object{}
	for _, object := range o.Objects {
		byAddr[object.Addr] = append(byAddr[object.Addr], object)
	}
	stocks := make(map[addr.Addr]stock, len(byAddr))
	for a, objects := range byAddr {
		stocks[a] = take(objects)
	}
	return stocks
}

// take gathers the containers among the objects of one service.
func take(objects []state.Object) stock {
	var s stock
	for _, object := range objects {
		c, ok := object.Data.(engine.Container)
		if object.Type != "container" || !ok {
			continue
		}
		index, _ := strconv.Atoi(c.Labels[label.Index])
		if container.IsAside(object.Name) {
			s.failed = append(s.failed, piece{object, c, index})
			continue
		}
		s.all = append(s.all, piece{object, c, index})
	}
	slices.SortFunc(s.all, func(a, b piece) int {
		return cmp.Or(cmp.Compare(b.Generation, a.Generation), cmp.Compare(a.index, b.index), cmp.Compare(a.Object.Name, b.Object.Name))
	})
	return s
}

func (p piece) name() string  { return p.Object.Name }
func (p piece) running() bool { return p.State == engine.Running || p.State == engine.Restarting }

// address is the piece's on a network. Its label tells it also of one that the engine had only begun to make when
// the apply that asked for it was killed.
func (p piece) address(network string) netip.Addr {
	if a, err := netip.ParseAddr(p.Labels[label.Address]); err == nil {
		return a
	}
	return p.Addresses[network]
}

// of are the containers of one release.
func (s stock) of(release string) []piece {
	var of []piece
	for _, p := range s.all {
		if p.Release == release {
			of = append(of, p)
		}
	}
	return of
}

// generation is that of a release, or the next one where none of it stands.
func (s stock) generation(release string) int {
	next := 1
	for _, p := range s.all {
		if p.Release == release {
			return p.Generation
		}
		next = max(next, p.Generation+1)
	}
	return next
}

// longestRunning is the release that runs, where several do the one that started first, since an apply that was broken
// off began the others; the newest where the engine does not tell; empty where none runs.
func (s stock) longestRunning() string {
	var first piece
	for _, p := range s.all {
		if p.running() && (first.Release == "" || p.Started.Before(first.Started)) {
			first = p
		}
	}
	return first.Release
}

// newestRunning is the newest release that runs; empty where none does.
func (s stock) newestRunning() string {
	for _, p := range s.all {
		if p.running() {
			return p.Release
		}
	}
	return ""
}

// before is the release, other than the serving one, whose containers are kept and ran last: after a rollback
// that is not the newest one.
func (s stock) before(serving string) string {
	for _, release := range s.lastFirst(nil) {
		if release != serving && slices.ContainsFunc(s.of(release), func(p piece) bool { return p.State == engine.Exited }) {
			return release
		}
	}
	return ""
}

// kept are the releases to keep beside the wanted one: those that served last, retain of them. What runs and
// is not among served never did: an unfinished switch left it.
func (s stock) kept(wanted string, served []string, retain int) map[string]bool {
	kept := map[string]bool{}
	for _, release := range s.lastFirst(served) {
		if len(kept) == retain {
			break
		}
		if release != wanted && slices.ContainsFunc(s.of(release), func(p piece) bool {
			return p.State == engine.Exited || slices.Contains(served, release)
		}) {
			kept[release] = true
		}
	}
	return kept
}

// lastFirst are the releases by when they ran last, the latest first: those that serve, in their order, then the
// others by their end, and by generation where that is not known.
func (s stock) lastFirst(serve []string) []string {
	ended := map[string]time.Time{}
	var releases []string
	for _, p := range s.all {
		if _, seen := ended[p.Release]; !seen {
			releases = append(releases, p.Release)
		}
		if p.Finished.After(ended[p.Release]) || ended[p.Release].IsZero() {
			ended[p.Release] = p.Finished
		}
	}
	place := func(release string) int {
		if i := slices.Index(serve, release); i >= 0 {
			return i
		}
		return len(serve)
	}
	slices.SortStableFunc(releases, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), ended[b].Compare(ended[a]))
	})
	return releases
}
