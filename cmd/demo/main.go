// Command demo shows the main job of recipe: it deploys an example app, then a change of it while clients that
// never retry use the app, goes back, and clears everything away again.
//
//	go run ./cmd/demo [-rate N]
//
// All that it makes is named hello-demo-... and recipe-demo-edge, apart from the images, and the app's sources are
// a copy, so that it touches nothing else. It can be run again at once, also after it was killed: what an earlier
// run has left goes first. Ctrl-C ends it and clears away. Where no engine answers it plays on the simulator.
//
// Exit codes: 0 nothing was lost, 1 a request or a step failed, 2 wrong usage, 130 interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	rate := flag.Float64("rate", 200, "requests a second")
	simulate := flag.Bool("simulate", false, "play on the simulator although there may be an engine")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(exitUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	d := &demo{screen: newScreen(os.Stdout), rate: *rate}
	os.Exit(d.run(ctx, stop, *simulate))
}

// run plays the demo and returns the exit code. What was made is cleared away however it went; from then on
// Ctrl-C has its usual effect.
func (d *demo) run(ctx context.Context, stop func(), simulate bool) int {
	err := d.prepare(ctx, simulate)
	if err == nil {
		err = d.play(ctx)
		stop()
		err = errors.Join(err, d.place.clear(context.WithoutCancel(ctx)))
	}
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "\ndemo: interrupted; what it made is gone again")
		return exitInterrupted
	}
	fmt.Fprintln(os.Stderr, "\ndemo:", err)
	return exitFailed
}
