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
	Switches    []figure
	Language    []scale
	Plans       []planning
}

type samples []sample

func (s samples) failed() (sum int) {
	for _, one := range s {
		sum += one.Failed
	}
	return sum
}

func wall(s sample) time.Duration  { return s.Wall }
func first(s sample) time.Duration { return s.First }
func cpu(s sample) time.Duration   { return s.CPU }

// cost is the median of times, and the peak of all.
func (s samples) cost() cost {
	return cost{Wall: s.median(wall), CPU: s.median(cpu),
		RSS: slices.MaxFunc(s, func(a, b sample) int { return cmp.Compare(a.RSS, b.RSS) }).RSS}
}

func (s samples) sorted(of func(sample) time.Duration) (all []time.Duration) {
	for _, one := range s {
		all = append(all, of(one))
	}
	slices.Sort(all)
	return all
}

func (s samples) median(of func(sample) time.Duration) time.Duration {
	all := s.sorted(of)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func (s samples) lowest(of func(sample) time.Duration) time.Duration { return s.sorted(of)[0] }

func (r *results) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Fprintf(w, "One deploy under %g requests/s, in turn: median (lowest) of %d\n\n", r.Rate, r.Rounds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\twall s\tfirst answer s\tfailed\tCPU s\tRSS MiB\t")
	for _, s := range []struct {
		name string
		samples
	}{{"ours", r.Ours}, {"floor", r.Floor}} {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\t\n", s.name, s.seconds(wall), s.seconds(first), s.failed(), s.seconds(cpu), mib(s.cost().RSS))
	}
	fmt.Fprintf(t, "ours/floor\t%s\t%s\t\t%s\t\t\n", r.ratio(wall), r.ratio(first), r.ratio(cpu))
	fmt.Fprintln(t, "aim\t1.10\t1.05\t0\t\t\t")
	if err := t.Flush(); err != nil {
		return err
	}
	if err := r.printRows(w); err != nil || len(r.Plans) == 0 {
		return err
	}
	if err := printPlans(w, r.Plans); err != nil {
		return err
	}
	return printScales(w, r.Language)
}

func (s samples) seconds(of func(sample) time.Duration) string {
	return fmt.Sprintf("%.2f (%.2f)", s.median(of).Seconds(), s.lowest(of).Seconds())
}

// ratio is the median of the rounds' ratios, since what else the machine does changes from round to round, and in
// brackets that of the lowest.
func (r *results) ratio(of func(sample) time.Duration) string {
	var rounds samples
	for i := range r.Ours {
		rounds = append(rounds, sample{First: time.Duration(1e6 * float64(of(r.Ours[i])) / float64(of(r.Floor[i])))})
	}
	return fmt.Sprintf("%.2f (%.2f)", float64(rounds.median(first))/1e6, float64(r.Ours.lowest(of))/float64(r.Floor.lowest(of)))
}

func (r *results) printRows(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\n\twall s\tCPU s\tRSS MiB\taim")
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%s\t%s\n", row.Name, row.Wall.Seconds(), row.CPU.Seconds(), mib(row.RSS), row.Aim)
	}
	for _, f := range r.Switches {
		fmt.Fprintf(t, "%s\t%.2f %s\t\t\t%s %s\n", f.Name, f.Value, f.Unit, f.Aim, f.Unit)
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
