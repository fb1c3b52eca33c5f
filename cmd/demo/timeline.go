package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// barWidth is the number of characters that all of the traffic takes.
const barWidth = 40

// timeline shows which release answered, a line for each bucket. Lines that are as those around them are left
// out: most of a switch is waiting. An answer counts when it begins, so that slow ones of the old release come
// after the switch.
func (d *demo) timeline(r *load.Report, from, to string) {
	d.note("\nHow traffic moved from release %s (%s) to release %s (%s), %d ms a line:\n", from, d.old("-"), to, d.new("#"),
		r.Width.Milliseconds())
	shares := shares(r.Timeline, from, to)
	for i := 0; i < len(shares); {
		end := i + 1
		for end < len(shares) && shares[end].percent == shares[i].percent {
			end++
		}
		d.bar(shares[i])
		if end-i > 3 {
			d.note("       :")
		} else if end-i == 3 {
			d.bar(shares[i+1])
		}
		if end-i > 1 {
			d.bar(shares[end-1])
		}
		i = end
	}
	d.note("\nWhat release %s answers last are slow requests that it had before: it is stopped after them.", from)
}

// share is the part of a bucket's answers that the new release gave, in percent.
type share struct {
	at      time.Duration
	percent int
}

// shares leaves out buckets without an answer of either release.
func shares(timeline []load.Bucket, from, to string) []share {
	var all []share
	for _, b := range timeline {
		if n := b.Releases[from] + b.Releases[to]; n > 0 {
			all = append(all, share{b.At, percent(b.Releases[to], n)})
		}
	}
	return all
}

// percent rounds, but calls nothing 0 or 100 that is not.
func percent(part, of int) int {
	p := int(math.Round(100 * float64(part) / float64(of)))
	switch {
	case p == 0 && part > 0:
		return 1
	case p == 100 && part < of:
		return 99
	}
	return p
}

func (d *demo) bar(s share) {
	n := int(math.Round(float64(s.percent) * barWidth / 100))
	if s.percent > 0 && s.percent < 100 { // a little of either shows
		n = min(max(n, 1), barWidth-1)
	}
	fmt.Fprintf(d.out, "  %5.2f s  %s%s  %3d%%\n", s.at.Seconds(), d.new(strings.Repeat("#", n)), d.old(strings.Repeat("-", barWidth-n)), s.percent)
}
