package gate

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// latencyKind measures at the proxy how fast the new release answers: from the access log, since HAProxy's own figures
// are means of the last 1,024 requests.
type latencyKind struct{}

type latencyArgs struct {
	Percentile  *float64       `json:"percentile"`
	Average     bool           `json:"average"`
	Max         state.Duration `json:"max"`
	MaxFactor   float64        `json:"max_factor"`
	MinRequests *int64         `json:"min_requests"`
}

func (latencyKind) Name() string   { return "latency" }
func (latencyKind) Measures() bool { return true }

func (latencyKind) Doc() string {
	return "passes at the end of the stage when a percentile of the new release's answers, or their average, is within max and within max_factor times the old release's in the same time, and fails as soon as it is beyond that, and slower than the old release, beyond chance (p at most 0.001 over all looks of a stage). What counts is the time from the server's having the request to its answer's beginning, as the proxy logs it. Fewer than min_requests are inconclusive, and so is a log that lacks more than a tenth of them."
}

func (latencyKind) Args() []schema.Arg {
	return []schema.Arg{
		{Name: "percentile", Type: schema.Num(), Doc: "Which percentile counts, between 0 and 100: 95 is the time that 95 of 100 answers keep within."},
		{Name: "average", Type: schema.Boolean(), Doc: "Whether the average counts, instead of a percentile."},
		{Name: "max", Type: schema.Dur(), Doc: "How long it may be."},
		{Name: "max_factor", Type: schema.Num(), Doc: "How many times the old release's in the same time it may be, at least 1. A release that has all traffic is not compared."},
		{Name: "min_requests", Type: schema.Whole(1, 1<<40), Doc: "How many requests the new release must have had to pass, 100 without it."},
	}
}

func (latencyKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[latencyArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	var diags hcl.Diagnostics
	invalid := func(arg, text string) {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at(arg), "Invalid value", "%s", text))
	}
	switch {
	case a.Percentile == nil && !a.Average:
		diags = append(diags, diag.Errorf(diag.MissingArgument, at(""), "Missing argument",
			`A gate "latency" needs "percentile" or average = true: which of all the times counts.`))
	case a.Percentile != nil && a.Average:
		invalid("average", "A percentile counts or the average, not both; write two gates for both.")
	case a.Percentile != nil && (*a.Percentile <= 0 || *a.Percentile >= 100):
		invalid("percentile", "A percentile is between 0 and 100: 95, or 99.9.")
	}
	if a.Max == 0 && a.MaxFactor == 0 {
		diags = append(diags, diag.Errorf(diag.MissingArgument, at(""), "Missing argument",
			`A gate "latency" needs "max", a time, or "max_factor", how many times the old release's: what it may be at most.`))
	}
	if a.Max < 0 || a.Max > 0 && a.Max.Std() < time.Millisecond {
		invalid("max", "The proxy tells times in milliseconds; give max at least 1ms.")
	}
	if a.MaxFactor != 0 && (a.MaxFactor < 1 || a.MaxFactor > 1000) {
		invalid("max_factor", "max_factor is from 1 to 1000: 1.5 for half as long again as the old release takes.")
	}
	return diags
}

func (a latencyArgs) least() int64 {
	if a.MinRequests == nil {
		return minRequests
	}
	return *a.MinRequests
}

// measure names what counts: p95, or average.
func (a latencyArgs) measure() string {
	if a.Percentile == nil {
		return "average"
	}
	return "p" + strconv.FormatFloat(*a.Percentile, 'f', -1, 64)
}

// limits says what may be at most.
func (a latencyArgs) limits() string {
	var texts []string
	if a.Max > 0 {
		texts = append(texts, a.Max.Std().String())
	}
	if a.MaxFactor > 0 {
		texts = append(texts, strconv.FormatFloat(a.MaxFactor, 'g', -1, 64)+" times the old release's")
	}
	return strings.Join(texts, " and ")
}

func (latencyKind) Waits(s Spec) string {
	a, _ := read[latencyArgs](s) // Validate has read it
	return fmt.Sprintf("until %s requests are seen, whose %s may be %s at most", grouped(a.least()), a.measure(), a.limits())
}

func (latencyKind) Open(ctx context.Context, t Tools, c Config, report func(string)) (Watch, error) {
	a, err := read[latencyArgs](c.Gate)
	switch {
	case err != nil:
		return nil, err
	case c.TCP || len(c.New) == 0:
		return nil, fmt.Errorf("the new release has no port in http mode, and connections have no answers to be timed")
	}
	w := &latencyWatch{args: a, tools: t, config: c, sides: map[proxy.ServerID]bool{},
		tardiness: tardiness{max: float64(a.Max.Std().Milliseconds()), factor: a.MaxFactor, level: c.Level, compare: c.Weight < 100 && len(c.Old) > 0}}
	if a.Percentile != nil {
		w.tardiness.tail = 1 - *a.Percentile/100
	}
	for _, id := range c.New {
		w.sides[id] = true
	}
	for _, id := range c.Old {
		w.sides[id] = false
	}
	go w.listen(ctx)
	m := &measuring{hold: c.Hold.Std(), report: report, sample: w.sample, verdict: w.verdict, evidence: w.evidence}
	return m.begin(ctx)
}

// latencyWatch is a latency gate at work.
type latencyWatch struct {
	args   latencyArgs
	tools  Tools
	config Config
	sides  map[proxy.ServerID]bool // servers of either release, true for the new one's

	mu     sync.Mutex
	heard  times
	logged int64 // requests of the new release in the log, timed or not
	failed error // of the log

	tardiness tardiness
	window    proxy.Window
	counted   int64 // requests of the new release by the proxy's counters
	listed    int64 // and by the log, at the last look
}

// listen hears of requests as they end, until ctx does.
func (w *latencyWatch) listen(ctx context.Context) {
	recipe := w.config.New[0].Recipe
	err := w.tools.Edge.Requests(ctx, recipe, proxy.LogQuery{New: true, Follow: true}, func(e proxy.LogEntry) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hear(recipe, e)
		return nil
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed = err; err == nil && ctx.Err() == nil {
		w.failed = fmt.Errorf("it ended: the proxy was stopped")
	}
}

// hear takes in a request. One that the client gave up says nothing of the server; one that the server never answered
// took as long as it was waited for, at least.
func (w *latencyWatch) hear(recipe string, e proxy.LogEntry) {
	isNew, ours := w.sides[e.Server(recipe)]
	if !ours {
		return
	}
	if isNew {
		w.logged++
	}
	took := e.Answer
	if took < 0 {
		if took = e.Total; strings.HasPrefix(e.End, "C") {
			return
		}
	}
	if isNew {
		w.heard.new = append(w.heard.new, took)
	} else {
		w.heard.old = append(w.heard.old, took)
	}
}

// sample takes in what was heard since the last one, and what the counters say should have been.
func (w *latencyWatch) sample(ctx context.Context) error {
	now, err := w.tools.Edge.Counters(ctx, w.config.New)
	if err != nil {
		return fmt.Errorf("reading the proxy's counters: %w", err)
	}
	change := w.window.Read(now, false)
	for _, id := range w.config.New {
		w.counted += change.By[id].Requests
	}
	w.mu.Lock()
	heard, failed := w.heard, w.failed
	w.heard, w.listed = times{}, w.logged
	w.mu.Unlock()
	if failed != nil {
		return fmt.Errorf("reading the proxy's access log: %w", failed)
	}
	w.tardiness.take(heard)
	return nil
}

// verdict is what the evidence says by now.
func (w *latencyWatch) verdict(held bool) Verdict {
	t := &w.tardiness
	seen := t.new.n
	switch {
	case t.refuted():
		return Verdict{Failed, w.evidence() + "; it may be " + w.args.limits() + " at most"}
	case !held:
		return Verdict{Inconclusive, w.evidence() + "; the stage has not held yet"}
	case w.listed*10 < w.counted*9:
		return Verdict{Inconclusive, fmt.Sprintf("%s; only %s of %s requests are in the proxy's log", w.evidence(), grouped(w.listed), grouped(w.counted))}
	case seen < w.args.least():
		return Verdict{Inconclusive, fmt.Sprintf("%s; at least %s requests are needed", w.evidence(), grouped(w.args.least()))}
	case w.args.MaxFactor > 0 && t.compare && t.old.n < blockSize:
		return Verdict{Inconclusive, w.evidence() + "; the old release had too few to be compared with"}
	case !t.within():
		return Verdict{Inconclusive, w.evidence() + "; it may be " + w.args.limits() + " at most, and that it is more may be chance, or the old release is as slow"}
	}
	return Verdict{Passed, w.evidence()}
}

// evidence tells the numbers.
func (w *latencyWatch) evidence() string {
	t := &w.tardiness
	text := fmt.Sprintf("latency: %s %s at %d%% weight", w.args.measure(), w.told(&t.new), w.config.Weight)
	if t.compare {
		text += ", old release " + w.told(&t.old)
	}
	return text + "; p " + chance(t.p())
}

func (w *latencyWatch) told(h *histogram) string {
	if h.n == 0 {
		return "of no requests"
	}
	return fmt.Sprintf("%s ms of %s requests", strconv.FormatFloat(w.tardiness.of(h), 'f', -1, 64), grouped(h.n))
}
