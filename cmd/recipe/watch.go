package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/deployrecipe/recipe/eval/render"
)

// watchEvery is how often a status is looked at anew, which costs the engine some listings.
const watchEvery = time.Second

// watch shows a status again and again, until ctx ends: on a terminal in place, as much as fits its window; elsewhere a
// line for whatever changes, or as JSON an object. What cannot be read for a while is said, and is no end.
func (a *app) watch(ctx context.Context, asJSON bool, look func(context.Context) (*statusJSON, error)) error {
	show := a.linesOf()
	switch {
	case asJSON:
		show = a.objects()
	case isTerminal(a.stdout):
		show = a.inPlace
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		s, err := look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := show(s, err); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// inPlace draws over what was there before.
func (a *app) inPlace(s *statusJSON, err error) error {
	columns, rows := 80, 24
	if file, ok := a.stdout.(*os.File); ok {
		if w, h, err := term.GetSize(int(file.Fd())); err == nil {
			columns, rows = w, h
		}
	}
	var text bytes.Buffer
	if err != nil {
		fmt.Fprintf(&text, "It cannot be read: %s.\n", ended(explain(err).Detail))
	} else {
		(&app{stdout: &text}).printStatus(s)
	}
	_, err = io.WriteString(a.stdout, window(text.String(), columns, rows))
	return err
}

// window is a text cut to a terminal's size, with what clears the rest of it.
func window(text string, columns, rows int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if room := max(rows-1, 1); len(lines) > room { // the last line is the cursor's
		more := fmt.Sprintf("... %d more lines", len(lines)-room+1)
		lines = append(lines[:room-1], more)
	}
	var b strings.Builder
	b.WriteString("\x1b[H")
	for _, line := range lines {
		if runes := []rune(render.Clean(line)); len(runes) > columns {
			line = string(runes[:max(columns-1, 0)]) + "…"
		}
		b.WriteString(line + "\x1b[K\r\n")
	}
	return b.String() + "\x1b[J"
}

// objects writes an object whenever something changed.
func (a *app) objects() func(*statusJSON, error) error {
	var last []byte
	return func(s *statusJSON, err error) error {
		if err != nil {
			return err
		}
		now, err := json.Marshal(s)
		if err != nil || bytes.Equal(now, last) {
			return err
		}
		last = now
		_, err = fmt.Fprintf(a.stdout, "%s\n", now)
		return err
	}
}

// linesOf writes a line, with the time, for whatever was not so before.
func (a *app) linesOf() func(*statusJSON, error) error {
	var last []string
	return func(s *statusJSON, err error) error {
		now := []string{}
		if err != nil {
			now = append(now, "it cannot be read: "+explain(err).Detail)
		} else {
			now = s.lines()
		}
		for _, line := range now {
			if slices.Contains(last, line) {
				continue
			}
			if _, err := fmt.Fprintf(a.stdout, "%s  %s\n", time.Now().Format("15:04:05"), render.Clean(line)); err != nil {
				return err
			}
		}
		last = now
		return nil
	}
}

// lines tell what stands in lines that change only when that does.
func (s *statusJSON) lines() []string {
	var lines []string
	if s.Lock != nil {
		lines = append(lines, "locked by "+s.Lock.By)
	} else {
		lines = append(lines, "not locked")
	}
	for _, service := range s.Services {
		for _, r := range service.Releases {
			if r.Running > 0 || r.Percent > 0 {
				lines = append(lines, fmt.Sprintf("%s: release %s, %d of %d run, traffic %s", service.Addr.Short(), r.Release, r.Running, r.Wanted, r.traffic()))
			}
		}
	}
	for _, one := range s.Switchovers {
		line := fmt.Sprintf("switchover %s: %s", one.Group, one.State)
		if one.Stage != "" {
			line += fmt.Sprintf(" at stage %q, %d%% at the new release", one.Stage, one.Percent)
		}
		if one.Pause != nil {
			line += ": " + one.Pause.Why
		}
		lines = append(lines, line)
	}
	if len(s.Switchovers) == 0 {
		lines = append(lines, "no switchover is under way")
	}
	return lines
}
