package sim

import (
	"bytes"
	"context"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// wrote is a part of a container's output: when it was written, and how long all of it was then.
type wrote struct {
	at  time.Time
	end int
}

// stir wakes those who follow a container's output.
func (b *box) stir() {
	if b.more != nil {
		close(b.more)
		b.more = nil
	}
}

// ReadLogs tells what a container wrote. Its two outputs are one here.
func (e *Engine) ReadLogs(ctx context.Context, id string, o engine.LogOptions, each func(engine.LogLine) error) error {
	for at, first := 0, true; ; first = false {
		var lines []engine.LogLine
		var more chan struct{}
		err := e.read(ctx, "ReadLogs", []any{id}, func() error {
			b, err := e.box(id)
			if err != nil {
				return err
			}
			lines, at = b.linesFrom(at)
			if o.Follow && b.run != nil {
				if b.more == nil {
					b.more = make(chan struct{})
				}
				more = b.more
			}
			return nil
		})
		if err != nil {
			return err
		}
		if first && o.Tail != 0 {
			lines = lines[max(0, len(lines)-max(0, o.Tail)):]
		}
		for _, l := range lines {
			if l.Time.Before(o.Since) {
				continue
			}
			if err := each(l); err != nil {
				return err
			}
		}
		if more == nil {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}

// linesFrom are the whole lines from a place on, and the place after them.
func (b *box) linesFrom(at int) ([]engine.LogLine, int) {
	var lines []engine.LogLine
	for part := 0; ; {
		n := bytes.IndexByte(b.logs[at:], '\n')
		if n < 0 {
			return lines, at
		}
		for b.wrote[part].end <= at+n {
			part++
		}
		lines = append(lines, engine.LogLine{Time: b.wrote[part].at, Text: string(b.logs[at : at+n])})
		at += n + 1
	}
}
