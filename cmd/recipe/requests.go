package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
)

// requests shows the edge's access log of a recipe.
func (a *app) requests(ctx context.Context, path string, services []string, since time.Time, o logOptions) error {
	p, reader, err := a.openPlanner(ctx, path, o.planOptions)
	if err != nil {
		return err
	}
	defer reader.Close()
	w := &requestWriter{app: a, json: o.json, dates: o.times, release: o.release, colour: a.color(a.stdout), columns: width(a.stdout)}
	if len(services) > 0 {
		all, err := p.instances(ctx, reader)
		if err != nil {
			return err
		}
		found, err := p.chosen(all, services, o.release)
		if err != nil {
			return err
		}
		w.services = map[string]bool{}
		for _, i := range found {
			w.services[p.head.Moved.Named(i.Addr).Short()] = true
		}
	}
	read := func(q proxy.LogQuery) error {
		return edge.Requests(ctx, reader, p.settings.Edge, p.head.Name, q, w.write)
	}
	q := proxy.LogQuery{Since: since, Follow: o.follow}
	err = read(q)
	for o.follow && err == nil && !pause(ctx) { // HAProxy ended, and may be on its way back
		if q.Since = since; w.last.After(since) {
			q.Since = w.last.Add(time.Millisecond)
		}
		if err = read(q); errors.Is(err, proxy.ErrAbsent) {
			err = nil
		}
	}
	switch {
	case errors.Is(err, errNobody):
		return nil
	case errors.Is(err, proxy.ErrAbsent) && ctx.Err() == nil:
		return failf("No edge", "There is no edge %s on this engine, so nothing came through it. An apply of a recipe with ports makes it.", p.settings.Edge)
	}
	return interrupted(ctx, err)
}

// pause waits a moment, and tells whether there is an end to it all.
func pause(ctx context.Context) bool {
	select {
	case <-time.After(time.Second):
		return false
	case <-ctx.Done():
		return true
	}
}

// errNobody says that nobody reads any more, as with a pipe to head.
var errNobody = errors.New("nobody reads")

// requestJSON is a request for programs.
type requestJSON struct {
	Type string `json:"type"` // "request"
	proxy.LogEntry
}

// requestWriter writes requests as lines.
type requestWriter struct {
	*app
	json, dates, colour bool
	services            map[string]bool // by their names on the edge; nil for all
	release             string          // empty for all
	columns             int             // of a terminal, 0 for what is none
	server, client      int             // columns of the widest so far
	last                time.Time       // of a request that was seen
}

func (w *requestWriter) write(e proxy.LogEntry) error {
	w.last = e.Time
	if !w.wanted(e) {
		return nil
	}
	text := ""
	if w.json {
		text = oneLine(requestJSON{"request", e})
	} else {
		text = w.line(e) + "\n"
	}
	if _, err := io.WriteString(w.stdout, text); err != nil {
		return errNobody
	}
	return nil
}

// wanted tells whether a request was asked for. One for which no server was found is that of the group's service.
func (w *requestWriter) wanted(e proxy.LogEntry) bool {
	if w.release != "" && e.Release != w.release {
		return false
	}
	name := e.Group
	if at := strings.LastIndexByte(e.Service, '.'); at > 0 {
		name = e.Service[:at]
	}
	return w.services == nil || w.services[name]
}

// line tells people of a request. What it was for stands at the end, which a narrow terminal cuts.
func (w *requestWriter) line(e proxy.LogEntry) string {
	layout := "15:04:05.000"
	if w.dates {
		layout = "2006-01-02 15:04:05.000"
	}
	server := "-"
	if e.Service != "" {
		server = fmt.Sprintf("%s/%d", e.Service, e.Slot)
	}
	w.server, w.client = max(w.server, len(server)), max(w.client, len(e.Client))
	status, colour := outcome(e)
	head := e.Time.Local().Format(layout) + " "
	rest := fmt.Sprintf(" %7s  %-8s  %-*s  %-*s  ", time.Duration(e.Total)*time.Millisecond, cmp.Or(e.Release, "-"), w.server, server, w.client, e.Client)
	if e.End != "--" {
		rest += "[" + e.End + "] "
	}
	if e.Method == "" {
		rest += plan.Bytes(e.Bytes)
	} else {
		rest += e.Method + " " + e.Host + e.Path
	}
	rest = render.Clean(rest)
	if w.columns > 0 {
		rest = render.Shorten(rest, max(1, w.columns-len(head)-len(status)))
	}
	if w.colour && colour != "" {
		status = "\x1b[" + colour + "m" + status + "\x1b[0m"
	}
	return head + status + rest
}

// outcome is a request's status in three columns, and the colour of one that is no success.
func outcome(e proxy.LogEntry) (text, colour string) {
	switch {
	case e.Method == "":
		return "tcp", ""
	case e.Status < 100:
		return "---", "31" // nothing was answered
	case e.Status >= 500:
		colour = "31"
	case e.Status >= 400:
		colour = "33"
	}
	return fmt.Sprintf("%3d", e.Status), colour
}
