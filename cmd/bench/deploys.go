package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// side is one way to deploy.
type side interface {
	listen() int          // the port that the app is reached at
	release(n int) string // what release n calls itself
	deploy(ctx context.Context, n int) (cost, error)
}

// sample is one deploy under load.
type sample struct {
	cost
	First  time.Duration // from the start of the deploy until the new release answered a client
	Failed int           // requests
	Cut    int           // endless streams that outlived the drain
	Total  int           // requests
}

// deploys deploys by both sides in turn, so that whatever else the machine does meets both.
func (b *bench) deploys(ctx context.Context, ours, floor side, r *results) error {
	for _, s := range []side{ours, floor} {
		b.say("first release: %s", s.release(0))
		if _, err := s.deploy(ctx, 0); err != nil {
			return err
		}
	}
	for n := 1; n <= b.rounds; n++ {
		for _, s := range []struct {
			side
			samples *samples
		}{{ours, &r.Ours}, {floor, &r.Floor}} {
			got, err := b.round(ctx, s.side, n)
			if err != nil {
				return err
			}
			*s.samples = append(*s.samples, got)
			b.say("%-8s %.2f s, first answer after %.2f s, %d requests, %d failed", s.release(n),
				got.Wall.Seconds(), got.First.Seconds(), got.Total, got.Failed)
		}
	}
	return nil
}

// round deploys release n while clients use the app, from a second before to half a second after.
func (b *bench) round(ctx context.Context, s side, n int) (sample, error) {
	var got sample
	clients, err := load.Start(ctx, load.Options{
		URL: fmt.Sprintf("http://127.0.0.1:%d", s.listen()), Rate: b.rate, Duration: 5 * time.Minute, Seed: uint64(n),
		Mix:     load.Mix{load.KeepAlive: 50, load.Fresh: 40, load.SlowGet: 5, load.Post: 5},
		Endless: 1, Drain: drain,
	})
	if err != nil {
		return got, err
	}
	wait(ctx, time.Second)
	begun := time.Now()
	got.cost, err = s.deploy(ctx, n)
	wait(ctx, time.Second/2)
	clients.Stop()
	report := clients.Wait()
	if err != nil {
		return got, err
	}
	seen, ok := report.FirstSeen[s.release(n)]
	if !ok {
		return got, fmt.Errorf("%s was deployed, and has never answered:\n%s", s.release(n), report)
	}
	got.First = report.Start.Add(seen).Sub(begun)
	got.Failed, got.Cut, got.Total = report.Total.Failed, report.Total.Cut, report.Total.Attempted
	b.remark(report)
	return got, ctx.Err()
}

// remark shows what spoils a round.
func (b *bench) remark(r *load.Report) {
	const late = 200 * time.Millisecond
	if r.Total.Failed > 0 {
		fmt.Fprintln(os.Stderr, r)
	}
	if r.Total.Skipped > 0 || r.Lag > late {
		b.say("the machine was too busy for this load: %d requests skipped, the latest began %s late", r.Total.Skipped,
			r.Lag.Round(time.Millisecond))
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
