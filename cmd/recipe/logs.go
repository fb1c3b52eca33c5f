package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/logs"
	"github.com/deployrecipe/recipe/eval/render"
)

// logOptions are the options of logs.
type logOptions struct {
	planOptions
	follow  bool
	since   string
	tail    int
	release string
	times   bool
	proxy   bool
}

func newLogs(a *app) *cobra.Command {
	var o logOptions
	cmd := &cobra.Command{
		Use:   "logs [SERVICE...] [PATH]",
		Short: "Show what services write",
		Long: `Shows what the containers of the named services wrote, of all services where none is
named, in the order of time, each line after the name of its container. Of a service
that runs those are its running containers, of every release; of one that does not,
those that ran last. Jobs are named by their addresses (job.migrate).

With --follow it goes on with what they write from then on, and with what new containers
do, until Ctrl-C. Whatever would act on the terminal is shown instead of done: colours
are left out, and other control characters are written as \x1b.

With --proxy it shows the requests that ended at the edge, and connections in tcp mode:
when each ended, its status, how long it took, the release and the server that had it,
who asked, and for what; in brackets, in HAProxy's two letters, what ended one that did
not end as it should. Queries are not kept. At a terminal a line is cut to its width.

With --json each line is an object, which spec/logs.schema.json describes.

Exit codes: 0 it was shown; 1 an error.`,
		Example: `  recipe logs
  recipe logs web --follow --tail 20
  recipe logs web --since 10m --release 3fa9c2e1
  recipe logs web api ./shop --timestamps
  recipe logs --proxy web --follow --since 1m
  recipe logs --proxy --json | jq 'select(.status >= 500)'`,
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			services, path, err := servicesAndPath(cmd, args)
			if err != nil {
				return err
			}
			since, err := sinceTime(o.since, time.Now())
			if err != nil {
				return usage{err, cmd.CommandPath()}
			}
			if cmd.Flags().Changed("tail") && o.tail < 0 {
				return usage{errors.New("--tail is not negative"), cmd.CommandPath()}
			}
			if o.proxy {
				return a.requests(cmd.Context(), path, services, since, o)
			}
			return a.logs(cmd.Context(), path, services, since, o)
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on with what is written from now on")
	cmd.Flags().StringVar(&o.since, "since", "", "nothing older than this `TIME`: how long ago, such as 10m, or as 2026-11-23T18:00:00Z")
	cmd.Flags().IntVar(&o.tail, "tail", -1, "only the last `NUMBER` of lines of each container")
	cmd.Flags().StringVar(&o.release, "release", "", "only containers of this `RELEASE`, stopped ones too")
	cmd.Flags().BoolVarP(&o.times, "timestamps", "t", false, "begin each line with its time")
	cmd.Flags().BoolVar(&o.proxy, "proxy", false, "the requests that the edge served, instead of what containers wrote")
	cmd.Flags().BoolVar(&o.json, "json", false, "write JSON, an object a line")
	cmd.MarkFlagsMutuallyExclusive("proxy", "tail")
	cmd.MarkFlagsMutuallyExclusive("json", "timestamps")
	return cmd
}

// last is how many lines of each container are shown, in the words of the engine's contract: 0 for all, -1 for none.
func (o logOptions) last() int {
	switch {
	case o.tail < 0:
		return 0
	case o.tail == 0:
		return -1
	}
	return o.tail
}

// sinceTime reads how long ago, or when.
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("--since takes how long ago, such as 10m, or a time such as 2026-11-23T18:00:00Z, not %q", text)
	}
	return at, nil
}

func (a *app) logs(ctx context.Context, path string, services []string, since time.Time, o logOptions) error {
	p, reader, err := a.openPlanner(ctx, path, o.planOptions)
	if err != nil {
		return err
	}
	defer reader.Close()
	all, err := p.instances(ctx, reader)
	if err != nil {
		return err
	}
	found, err := p.chosen(all, services, o.release)
	if err != nil {
		return err
	}
	if len(found) == 0 && !o.follow {
		fmt.Fprintf(a.stderr, "No service of %s has a container.\n", p.head.Name)
		return nil
	}
	if o.release == "" {
		found = lively(found)
	}
	out := &logWriter{app: a, prefix: p.head.Name + "-", times: o.times, json: o.json, colour: a.color(a.stdout)}
	last := map[string]time.Time{}
	var names []string
	for _, i := range found {
		names = append(names, i.name())
		last[i.name()] = since
	}
	out.widen(names)
	if err := out.all(logs.Merge(ctx, reader, names, engine.LogOptions{Since: since, Tail: o.last()}), last); err != nil || !o.follow {
		return interrupted(ctx, err)
	}
	running := func(ctx context.Context) ([]string, error) {
		all, err := p.instances(ctx, reader)
		if err != nil {
			return nil, err
		}
		some, err := p.chosen(all, services, "")
		if err != nil {
			return nil, nil //nolint:nilerr // what was named is gone for now, and may come back
		}
		var names []string
		for _, i := range ofRelease(some, o.release) {
			if i.Running {
				names = append(names, i.name())
			}
		}
		out.widen(names)
		return names, nil
	}
	return interrupted(ctx, out.all(logs.Follow(ctx, reader, last, running), nil))
}

// interrupted takes being told to end for what it is to who follows: the end.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lively leaves of each service its running containers, or where none runs those of its newest release.
func lively(all []instance) []instance {
	runs, newest := map[string]bool{}, map[string]int{}
	for _, i := range all {
		name := i.Addr.String()
		runs[name] = runs[name] || i.Running
		newest[name] = max(newest[name], i.Generation)
	}
	return slices.DeleteFunc(slices.Clone(all), func(i instance) bool {
		if name := i.Addr.String(); !runs[name] {
			return i.Generation != newest[name]
		}
		return !i.Running
	})
}

// logWriter writes lines, each after its container's name.
type logWriter struct {
	*app
	prefix  string
	times   bool
	json    bool
	colour  bool
	width   int
	colours map[string]string
}

// widen makes room for the names of containers.
func (w *logWriter) widen(names []string) {
	for _, name := range names {
		w.width = max(w.width, len(strings.TrimPrefix(name, w.prefix)))
	}
}

// all writes lines as they come, and when each container's last one was written.
func (w *logWriter) all(lines iter.Seq2[logs.Line, error], last map[string]time.Time) error {
	for line, err := range lines {
		if err != nil {
			return err
		}
		if last != nil {
			last[line.Container] = line.Time.Add(1)
		}
		if _, err := io.WriteString(w.stdout, w.line(line)); err != nil {
			return nil //nolint:nilerr // nobody reads any more, as with a pipe to head
		}
	}
	return nil
}

// lineJSON is what a container wrote, for programs: its text as it is.
type lineJSON struct {
	Type      string    `json:"type"` // "line"
	Time      time.Time `json:"time"`
	Container string    `json:"container"`
	Stderr    bool      `json:"stderr"`
	Text      string    `json:"text"`
}

func (w *logWriter) line(l logs.Line) string {
	if w.json {
		return oneLine(lineJSON{"line", l.Time.UTC(), l.Container, l.Stderr, l.Text})
	}
	name := strings.TrimPrefix(l.Container, w.prefix)
	head := fmt.Sprintf("%-*s | ", w.width, name)
	if w.colour {
		head = "\x1b[" + w.of(name) + "m" + head + "\x1b[0m"
	}
	if w.times {
		head += l.Time.Local().Format("2006-01-02 15:04:05.000") + " "
	}
	return head + harmless(l.Text) + "\n"
}

// of is the colour of a container: those that are there together have different ones, as long as there are enough.
func (w *logWriter) of(name string) string {
	colours := []string{"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"}
	if w.colours == nil {
		w.colours = map[string]string{}
	}
	if w.colours[name] == "" {
		w.colours[name] = colours[len(w.colours)%len(colours)]
	}
	return w.colours[name]
}

// coloured are the sequences that only colour a text.
var coloured = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// harmless is a line of a log that can act on no terminal.
func harmless(text string) string {
	return render.Clean(coloured.ReplaceAllString(text, ""))
}
