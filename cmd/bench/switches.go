package main

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// figure is one measurement of a switch that is neither a wall time nor a memory.
type figure struct {
	Name  string
	Value float64
	Unit  string
	Aim   string // what Value should be at most
}

// switches measures what a switch does to those who wait for answers. Whatever fails ends it.
func (b *bench) switches(ctx context.Context, o *ours) ([]figure, error) {
	var all []figure
	for _, measure := range []func(context.Context, *ours) (figure, error){b.latency, b.canary, b.held} {
		one, err := measure(ctx, o)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// later is the number of a release that comes after those of the deploys.
func (b *bench) later(n int) int { return b.rounds + 1 + n }

// middle is the median.
func middle[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
