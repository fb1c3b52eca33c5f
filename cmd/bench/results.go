package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// results are what is printed, also as JSON; durations are in nanoseconds there.
type results struct {
	Rate        float64 // requests a second
	Rounds      int
	Ours, Floor samples
	Rows        []row
}

type samples []sample

func (s samples) failed() (sum int) {
	for _, one := range s {
		sum += one.Failed
	}
	return sum
}

func (s samples) wall() time.Duration {
	return median(s, func(one sample) time.Duration { return one.Wall })
}

func (s samples) first() time.Duration {
	return median(s, func(one sample) time.Duration { return one.First })
}

// cost is the median of times, and the peak of all.
func (s samples) cost() cost {
	return cost{
		Wall: s.wall(),
		CPU:  median(s, func(one sample) time.Duration { return one.CPU }),
		RSS:  slices.MaxFunc(s, func(a, b sample) int { return cmp.Compare(a.RSS, b.RSS) }).RSS,
	}
}

func median(s samples, of func(sample) time.Duration) time.Duration {
	var all []time.Duration
	for _, one := range s {
		all = append(all, of(one))
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func (r *results) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Fprintf(w, "One deploy under %g requests/s, medians of %d in turn\n\n", r.Rate, r.Rounds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\twall s\tfirst answer s\tfailed\tCPU s\tRSS MiB\t")
	for _, s := range []struct {
		name string
		samples
	}{{"ours", r.Ours}, {"floor", r.Floor}} {
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%d\t%.2f\t%s\t\n", s.name, s.wall().Seconds(), s.first().Seconds(), s.failed(),
			s.cost().CPU.Seconds(), mib(s.cost().RSS))
	}
	ratio := func(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }
	fmt.Fprintf(t, "ours/floor\t%.2f\t%.2f\t\t%.2f\t\t\n", ratio(r.Ours.wall(), r.Floor.wall()),
		ratio(r.Ours.first(), r.Floor.first()), ratio(r.Ours.cost().CPU, r.Floor.cost().CPU))
	fmt.Fprintln(t, "at most\t1.10\t1.05\t0\t\t\t")
	if err := t.Flush(); err != nil {
		return err
	}
	return r.printRows(w)
}

func (r *results) printRows(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\n\twall s\tCPU s\tRSS MiB\taim")
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%s\t%s\n", row.Name, row.Wall.Seconds(), row.CPU.Seconds(), mib(row.RSS), row.Aim)
	}
	return t.Flush()
}

// mib writes bytes as MiB; 0 stands for what was not measured.
func mib(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", float64(bytes)/(1<<20))
}
