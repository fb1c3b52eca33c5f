package gate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// errorsKind counts at the proxy how many requests of the new release fail.
//
// It refuses a release when the evidence is beyond chance, which may be at any look, and lets one pass at the end of
// the stage. A release whose errors are within max_rate, or no more frequent than the old one's, is refused with a
// chance of at most the Config's Level over all looks together.
type errorsKind struct{}

type errorsArgs struct {
	MaxRate     float64 `json:"max_rate"`
	MinRequests *int64  `json:"min_requests"`
}

func (a errorsArgs) least() int64 {
	if a.MinRequests == nil {
		return minRequests
	}
	return *a.MinRequests
}

func (errorsKind) Name() string   { return "errors" }
func (errorsKind) Measures() bool { return true }

func (errorsKind) Doc() string {
	return "passes at the end of the stage when no more than max_rate of the new release's requests failed, as the proxy counts them (answers of 500 and above, connections that were refused or cut), and fails as soon as more do beyond chance (p at most 0.001 over all looks of a stage) than max_rate allows and than the old release's do in the same time. Fewer than min_requests are inconclusive, and so are more errors than max_rate allows that may be chance, or that the old release has as well."
}

func (errorsKind) Args() []schema.Arg {
	return []schema.Arg{
		{Name: "max_rate", Type: schema.Num(), Required: true, Doc: "The part of the requests that may fail, from 0 to 1."},
		{Name: "min_requests", Type: schema.Whole(1, 1<<40), Doc: "How many requests the new release must have had to pass, 100 without it."},
	}
}

func (errorsKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[errorsArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	if a.MaxRate < 0 || a.MaxRate >= 1 {
		return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at("max_rate"), "Invalid value",
			"max_rate is a part of all requests, from 0 to less than 1: 0.01 for one of a hundred.")}
	}
	return nil
}

func (errorsKind) Waits(s Spec) string {
	a, _ := read[errorsArgs](s) // Validate has read it
	return fmt.Sprintf("until %s requests are seen, of which at most %s may fail", grouped(a.least()), percent(a.MaxRate))
}

func (errorsKind) Open(ctx context.Context, t Tools, c Config, report func(string)) (Watch, error) {
	a, err := read[errorsArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	w := &errorsWatch{tools: t, config: c, least: a.least(),
		tally: tally{rate: a.MaxRate, level: c.Level, compares: c.Weight < 100 && len(c.Old) > 0}}
	m := &measuring{hold: c.Hold.Std(), report: report, sample: w.sample, verdict: w.verdict, evidence: w.evidence}
	return m.begin(ctx)
}

// errorsWatch is an errors gate at work.
type errorsWatch struct {
	tools  Tools
	config Config
	least  int64

	window proxy.Window
	tally  tally
	// anew is how many requests were seen when a reload last took more than least with it: they do not suffice any
	// more. lost are those that it took.
	anew, lost int64
}

// sample takes in what happened since the last one.
func (w *errorsWatch) sample(ctx context.Context) error {
	c := w.config
	servers := append(append([]proxy.ServerID(nil), c.New...), c.Old...)
	now, err := w.tools.Edge.Counters(ctx, servers)
	if err != nil {
		return fmt.Errorf("reading the proxy's counters: %w", err)
	}
	change := w.window.Read(now, c.TCP)
	var p pair
	var lost int64
	for _, id := range c.New {
		p.new = p.new.Add(change.By[id])
		lost += change.Lost[id]
	}
	for _, id := range c.Old {
		p.old = p.old.Add(change.By[id])
	}
	w.tally.take(p)
	if lost > w.least {
		w.anew, w.lost = w.tally.all.new.Requests, lost
	}
	return nil
}

// verdict is what the evidence says by now.
func (w *errorsWatch) verdict(held bool) Verdict {
	seen := w.tally.all.new.Requests - w.anew
	switch {
	case w.tally.refuted():
		return Verdict{Failed, w.evidence() + "; " + percent(w.tally.rate) + " may fail"}
	case !held:
		return Verdict{Inconclusive, w.evidence() + "; the stage has not held yet"}
	case w.anew > 0 && seen < w.least:
		return Verdict{Inconclusive, fmt.Sprintf("%s; a reload of the proxy took about %s requests with it, and %s of %s were seen since",
			w.evidence(), grouped(w.lost), grouped(seen), grouped(w.least))}
	case seen < w.least:
		return Verdict{Inconclusive, fmt.Sprintf("%s; at least %s requests are needed", w.evidence(), grouped(w.least))}
	case !w.tally.within():
		return Verdict{Inconclusive, w.evidence() + "; that is more than the " + percent(w.tally.rate) + " that may fail, and " + w.doubt()}
	}
	return Verdict{Passed, w.evidence()}
}

// doubt says why too many errors do not refuse the release.
func (w *errorsWatch) doubt() string {
	if w.tally.compares && w.tally.above.p() <= w.tally.level {
		return "the old release is not shown to be better"
	}
	return "may be chance"
}

// evidence tells the numbers.
func (w *errorsWatch) evidence() string {
	t := &w.tally
	text := fmt.Sprintf("errors: %s at %d%% weight", ratio(t.all.new), w.config.Weight)
	if t.all.new.Connect+t.all.new.Response > 0 {
		text += fmt.Sprintf(", %s of them refused and %s cut", grouped(t.all.new.Connect), grouped(t.all.new.Response))
	}
	if t.compares {
		text += fmt.Sprintf(", old release %s of %s", grouped(t.all.old.Errors), grouped(t.all.old.Requests))
	}
	return text + "; p " + chance(t.p())
}

func ratio(t proxy.Traffic) string {
	if t.Requests == 0 {
		return "no requests"
	}
	return fmt.Sprintf("%s of %s requests (%s)", grouped(t.Errors), grouped(t.Requests), percent(float64(t.Errors)/float64(t.Requests)))
}

// percent writes a part of 1.
func percent(part float64) string { return strconv.FormatFloat(part*100, 'f', 1, 64) + "%" }

// chance writes a p-value.
func chance(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return "= " + strconv.FormatFloat(p, 'g', 2, 64)
}

// grouped writes a number as people read it: 2,130.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
