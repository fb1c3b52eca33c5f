package main

import (
	"context"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
	"github.com/deployrecipe/recipe/builtins/simulated"
)

// counted are the simulator's clients. They only sum up, so their sums are read at every bucket's end.
type counted struct {
	client  *simulated.Client
	name    func(answered string) string
	begun   time.Time
	width   time.Duration
	stop    context.CancelFunc
	ended   chan struct{}
	buckets []load.Bucket
	last    map[string]int
}

func newCounted(ctx context.Context, client *simulated.Client, name func(string) string) *counted {
	ctx, stop := context.WithCancel(ctx)
	c := &counted{client: client, name: name, begun: time.Now(), width: 250 * time.Millisecond,
		stop: stop, ended: make(chan struct{}), last: map[string]int{}}
	go c.watch(ctx)
	return c
}

func (c *counted) watch(ctx context.Context) {
	defer close(c.ended)
	ticker := time.NewTicker(c.width)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.bucket()
		case <-ctx.Done():
			return
		}
	}
}

// bucket keeps what was answered since the one before.
func (c *counted) bucket() {
	releases := map[string]int{}
	for answered, n := range c.client.Report().Answered {
		if more := n - c.last[answered]; more > 0 {
			releases[c.name(answered)] += more
		}
		c.last[answered] = n
	}
	c.buckets = append(c.buckets, load.Bucket{At: time.Duration(len(c.buckets)) * c.width, Releases: releases})
}

func (c *counted) Stop() { c.stop() }

func (c *counted) Wait() *load.Report {
	<-c.ended
	sum := c.client.Stop()
	r := &load.Report{Start: c.begun, Elapsed: time.Since(c.begun), Done: true, Width: c.width, Timeline: c.buckets,
		Releases: map[string]int{}}
	for answered, n := range sum.Answered {
		r.Releases[c.name(answered)] += n
		r.Total.OK += n
	}
	for _, loss := range sum.Lost {
		r.Failures = append(r.Failures, load.Failure{At: loss.Until.Sub(c.begun), Kind: load.Fresh, Error: loss.Why})
	}
	r.Total.Attempted, r.Total.Failed = sum.Requests, len(sum.Lost)+sum.Early
	return r
}
