package main

import (
	"context"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// latency compares the 99th percentile of quick answers during a deploy with that of just as long before it.
func (b *bench) latency(ctx context.Context, o *ours) (figure, error) {
	b.say("answers during a switch")
	const before = 4 * time.Second // about what a deploy takes
	var ratios []float64
	for n := range b.rounds {
		calm, err := b.p99(ctx, o, func() error { wait(ctx, before); return ctx.Err() })
		if err != nil {
			return figure{}, err
		}
		switching, err := b.p99(ctx, o, func() error { _, err := o.deploy(ctx, b.later(n)); return err })
		if err != nil {
			return figure{}, err
		}
		ratios = append(ratios, float64(switching)/float64(calm))
		b.say("p99 %.1f ms before, %.1f ms during a switch", milliseconds(calm), milliseconds(switching))
	}
	return figure{"p99 during a switch, to before", middle(ratios), "", "1.20"}, nil
}

// p99 is that of requests while something is done.
func (b *bench) p99(ctx context.Context, s side, do func() error) (time.Duration, error) {
	clients, err := load.Start(ctx, load.Options{URL: fmt.Sprintf("http://127.0.0.1:%d", s.listen()), Rate: b.rate,
		Duration: 5 * time.Minute, Mix: load.Mix{load.KeepAlive: 60, load.Fresh: 40}})
	if err != nil {
		return 0, err
	}
	err = do()
	clients.Stop()
	report := clients.Wait()
	if err == nil && report.Total.Failed > 0 {
		err = fmt.Errorf("%d requests failed:\n%s", report.Total.Failed, report)
	}
	return report.Latency.P99, err
}
