// Command bench measures what a deploy by recipe costs.
//
// Under load from clients that never retry it deploys in turn by recipe and by a floor, a script that does by
// hand the least that a lossless deploy has to do (floor.sh), on the same engine, with the same app, image,
// probe interval and drain rule, each behind an HAProxy of its own. It prints medians, in brackets the lowest,
// which says more on a machine that is busy with other things, and ours in terms of the floor's. Rows without a
// counterpart follow: an apply and a plan with nothing to do, fifty services at once.
//
//	go run ./cmd/bench [-rounds N] [-rate N] [-json] [-deploys] [-language] [-plans]
//
// It needs a Docker engine on this machine, the docker command and bash, and takes a few minutes. Everything that
// it makes is named recipe-bench-..., and is removed in the end, after Ctrl-C too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// limit bounds a whole run, whatever hangs.
const limit = 20 * time.Minute

func main() {
	if len(os.Args) > 2 && os.Args[1] == measureWord {
		os.Exit(measureChild(os.Args[2:]))
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "how often to deploy by each way")
	flag.Float64Var(&o.rate, "rate", 500, "requests a second")
	flag.BoolVar(&o.json, "json", false, "print the results as JSON")
	flag.BoolVar(&o.brief, "deploys", false, "measure the deploys, and what has nothing to do, alone")
	only := flag.Bool("language", false, "measure the language alone, which needs no engine")
	planned := flag.Bool("plans", false, "measure plans of large recipes alone, beside Terraform's where that is at hand")
	flag.Parse()
	if flag.NArg() > 0 || o.rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	run := func() error { return runAll(ctx, stop, o) }
	switch {
	case *only:
		run = func() error { return languageAlone(ctx) }
	case *planned:
		run = func() error { return plansAlone(ctx, o) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", explain(err))
		os.Exit(1)
	}
}

func explain(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("not done after %s", limit)
	}
	return err.Error()
}
