package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// signals turns Ctrl-C, and being told to end, into what a run listens to: the first one ends the context, so
// that an apply finishes the steps in hand and goes back; the second one closes hard, so that it stops at
// once; the third one, and the second where nothing is being applied, ends the process.
type signals struct {
	ctx    context.Context
	cancel context.CancelFunc
	hard   chan struct{}
	// applying says that steps are running, for which it matters how they end.
	applying atomic.Bool

	// task is what Ctrl-C ends instead of the run, nil for nothing.
	task atomic.Pointer[context.CancelFunc]

	stderr io.Writer
	seen   atomic.Int32
	in     chan os.Signal
}

func listen(stderr io.Writer) *signals {
	s := &signals{hard: make(chan struct{}), stderr: stderr, in: make(chan os.Signal, 3)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	signal.Notify(s.in, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for sig := range s.in {
			if cancel := s.task.Load(); cancel != nil && sig == os.Interrupt {
				(*cancel)()
				continue
			}
			s.next()
		}
	}()
	return s
}

func (s *signals) next() {
	n := s.seen.Add(1)
	switch {
	case n == 1:
		if s.applying.Load() {
			fmt.Fprintln(s.stderr, "\nInterrupted: finishing the steps in hand, then going back where there is a way back.\nOnce more to stop at once.")
		}
		s.cancel()
	case n == 2 && s.applying.Load():
		fmt.Fprintln(s.stderr, "\nInterrupted again: stopping at once. The next plan will see where things stand.")
		close(s.hard)
	default:
		os.Exit(exitError)
	}
}

// only gives what Ctrl-C ends, instead of the run, until done is called.
func (s *signals) only() (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	s.task.Store(&cancel)
	return ctx, func() {
		s.task.Store(nil)
		cancel()
	}
}

// apply says that steps are about to run. From here on nothing may end the process but what next does, least of all
// a reader of its output that went away.
func (s *signals) apply() {
	signal.Ignore(syscall.SIGPIPE)
	s.applying.Store(true)
}

// interrupted tells whether the run was told to end.
func (s *signals) interrupted() bool { return s.seen.Load() > 0 }

func (s *signals) stop() {
	signal.Stop(s.in)
	close(s.in)
	s.cancel()
}
