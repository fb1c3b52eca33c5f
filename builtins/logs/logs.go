// Package logs reads what several containers wrote as one: line by line, in the order of time.
//
// What was written is merged, each container's log being in order already, so that however much there is one line of
// each is held at a time. What is still to be written is passed on as it comes.
package logs

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Line is one that some container wrote.
type Line struct {
	engine.LogLine
	Container string // its id or name, as it was given
}

// Merge gives what containers wrote, oldest first. Of options Tail counts for each of them, and Follow is no matter.
// An error ends it, and one that is gone meanwhile has said all.
func Merge(ctx context.Context, r engine.Reader, containers []string, options engine.LogOptions) iter.Seq2[Line, error] {
	options.Follow = false
	return func(yield func(Line, error) bool) {
		var heads []*head
		defer func() {
			for _, h := range heads {
				h.stop()
			}
		}()
		for _, c := range containers {
			h := &head{container: c}
			h.next, h.stop = iter.Pull2(lines(ctx, r, c, options))
			heads = append(heads, h)
		}
		open := heads[:0:0]
		for _, h := range heads {
			more, err := h.advance()
			if err != nil {
				yield(Line{}, err)
				return
			}
			if more {
				open = append(open, h)
			}
		}
		for len(open) > 0 {
			first := 0
			for i, h := range open {
				if h.line.Time.Before(open[first].line.Time) {
					first = i
				}
			}
			h := open[first]
			if !yield(Line{h.line, h.container}, nil) {
				return
			}
			more, err := h.advance()
			if err != nil {
				yield(Line{}, err)
				return
			}
			if !more {
				open = append(open[:first], open[first+1:]...)
			}
		}
	}
}

// head is a container's next line.
type head struct {
	container string
	line      engine.LogLine
	next      func() (engine.LogLine, error, bool)
	stop      func()
}

func (h *head) advance() (more bool, err error) {
	line, err, ok := h.next()
	if !ok || errors.Is(err, engine.ErrNotFound) {
		return false, nil
	}
	h.line = line
	return err == nil, err
}

// errEnough says that nobody wants more lines.
var errEnough = errors.New("enough")

// lines are a container's as they are read.
func lines(ctx context.Context, r engine.Reader, container string, o engine.LogOptions) iter.Seq2[engine.LogLine, error] {
	return func(yield func(engine.LogLine, error) bool) {
		err := r.ReadLogs(ctx, container, o, func(l engine.LogLine) error {
			if !yield(l, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(engine.LogLine{}, err)
		}
	}
}

// lookPoll is how often Follow looks for containers that are new, or run again.
const lookPoll = time.Second

// Follow gives what containers write from a time on, which of each its last line that is known tells, until ctx ends.
// Running lists those that run, again and again, since others take their place.
func Follow(ctx context.Context, r engine.Reader, since map[string]time.Time, running func(context.Context) ([]string, error)) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		f := &follower{reader: r, lines: make(chan Line), since: since, reads: map[string]bool{}}
		defer f.all.Wait()
		defer cancel()
		look := time.NewTimer(0)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case line := <-f.lines:
				if !yield(line, nil) {
					return
				}
			case <-look.C:
				names, err := running(ctx)
				if err != nil && ctx.Err() == nil {
					yield(Line{}, err)
					return
				}
				for _, name := range names {
					f.read(ctx, name)
				}
				look.Reset(lookPoll)
			}
		}
	}
}

type follower struct {
	reader engine.Reader
	lines  chan Line
	all    sync.WaitGroup

	mu    sync.Mutex
	since map[string]time.Time
	reads map[string]bool
}

// read passes on what a container writes until its program ends, unless that is under way.
func (f *follower) read(ctx context.Context, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reads[name] {
		return
	}
	f.reads[name] = true
	o := engine.LogOptions{Follow: true, Since: f.since[name]}
	f.all.Go(func() {
		last := o.Since
		for line, err := range lines(ctx, f.reader, name, o) {
			if err != nil {
				break // it is gone, or the engine is, which the next look tells
			}
			select {
			case f.lines <- Line{line, name}:
				last = line.Time.Add(1)
			case <-ctx.Done():
			}
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.since[name], f.reads[name] = last, false
	})
}
