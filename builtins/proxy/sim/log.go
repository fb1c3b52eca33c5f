package sim

import (
	"context"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// logged is an entry with its recipe.
type logged struct {
	recipe string
	entry  proxy.LogEntry
}

// maxLogged bounds the played access log.
const maxLogged = 100_000

// accessLog are the requests that ended.
type accessLog struct {
	first   int // the number of the oldest that is kept
	entries []logged
	more    chan struct{} // closed when one comes, where somebody waits
}

func (l *accessLog) add(recipe string, e proxy.LogEntry) {
	l.entries = append(l.entries, logged{recipe, e})
	if len(l.entries) > 2*maxLogged {
		l.first += len(l.entries) - maxLogged
		l.entries = append([]logged(nil), l.entries[len(l.entries)-maxLogged:]...)
	}
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
}

// from are the entries from a number on, and the number after them.
func (l *accessLog) from(at int) ([]logged, int) {
	next := l.first + len(l.entries)
	return l.entries[max(0, at-l.first):len(l.entries):len(l.entries)], next
}

// entry is a request as the log has it: all its time the server took.
func (c *Conn) entry(status int) proxy.LogEntry {
	now, took := time.Now(), time.Since(c.began).Milliseconds()
	e := proxy.LogEntry{Time: now, Service: c.ID.Service, Side: c.ID.Side, Slot: c.ID.Slot, Release: c.Release, Client: "127.0.0.1",
		Method: "GET", Host: strings.ToLower(withoutPort(c.asked.Host)), Path: shown(c.asked.Path), Status: status, Answer: took, Total: took, End: "--"}
	site := c.worker.sites[c.ID.Recipe]
	if s := site.Service(c.ID.Service); s != nil {
		e.Group = s.Group
		if s.Mode == proxy.TCP {
			e.Method, e.Host, e.Path, e.Status, e.Answer = "", "", "", 0, 0
		}
	}
	return e
}

// shown is what the log keeps of a path.
func shown(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return path[:min(len(path), 512)]
}

// Requests implements proxy.Edge.
func (e *Edge) Requests(ctx context.Context, recipe string, q proxy.LogQuery, each func(proxy.LogEntry) error) error {
	at := 0
	if q.New {
		e.mu.Lock()
		_, at = e.log.from(0)
		e.mu.Unlock()
	}
	for {
		e.mu.Lock()
		var entries []logged
		entries, at = e.log.from(at)
		if q.Follow && e.log.more == nil {
			e.log.more = make(chan struct{})
		}
		more := e.log.more
		e.mu.Unlock()
		for _, l := range entries {
			if l.recipe != recipe || l.entry.Time.Before(q.Since) {
				continue
			}
			if err := each(l.entry); err != nil {
				return err
			}
		}
		if !q.Follow {
			return ctx.Err()
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}
