package main

import (
	"context"
	"io"

	"github.com/deployrecipe/recipe/builtins/load"
)

// place is where the demo plays: an engine, or the simulator.
type place interface {
	// about says in a line where this is.
	about() string
	// env is the environment that recipe is run in.
	env() []string
	// recipe does what the command line does, and writes to out what it would.
	recipe(ctx context.Context, out io.Writer, args ...string) error
	// use lets clients use the app, so many requests a second.
	use(ctx context.Context, rate float64) (users, error)
	// ask returns what the app answers at a path, and the address that was asked.
	ask(ctx context.Context, path string) (url, answer string, err error)
	// clear removes, without a word, whatever this or an earlier run has made.
	clear(ctx context.Context) error
}

// users are clients that are running.
type users interface {
	Stop()              // begins nothing new
	Wait() *load.Report // once everything has ended
}
