package gate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// OpJudge has a gate judge the new release; Config.
const OpJudge plan.Op = "gate.judge"

// Doers gives what carries out each op.
func Doers(t Tools) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{OpJudge: kind.DoerOf(t.judge)}
}

// RefusedError says that a gate did not let a release pass.
type RefusedError struct {
	Verdict Verdict
	// Why it is a failure, where the verdict alone is none.
	Why  string
	Logs string // what the new release wrote last, with the names of its containers
}

// Error tells the evidence; which gate it is of, the step's title does.
func (e *RefusedError) Error() string {
	text := e.Verdict.Evidence
	if e.Verdict.Result == Inconclusive {
		text = "inconclusive" + e.Why + ": " + text
	}
	return text + e.Logs
}

// judge opens a gate and asks it until it decides or its time is over.
func (t Tools) judge(ctx context.Context, c Config, in kind.Inputs) (kind.Outputs, error) {
	report := in.Report
	if report == nil {
		report = func(string) {}
	}
	k := Find(c.Gate.Kind)
	if k == nil {
		return nil, fmt.Errorf("there is no gate %q", c.Gate.Kind)
	}
	if t.Run == nil {
		t.Run = RunLocal
	}
	within, cancel := context.WithTimeout(ctx, c.first())
	defer cancel()
	t.Secret = in.Secret
	began := time.Now()
	watch, err := k.Open(within, t, c, report)
	if closer, ok := watch.(Closer); ok {
		defer func() { _ = closer.Close(ctx) }() // a verdict is none the worse for what could not be tidied up
	}
	for err == nil {
		var v Verdict
		v, err = watch.Judge(within)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			break
		}
		refused := &RefusedError{Verdict: v}
		switch {
		case v.Result == Passed:
			report(v.Evidence)
			if v, err = t.again(ctx, c, watch, v, began); err != nil {
				continue
			}
			if v.Result != Passed {
				return nil, t.withLogs(ctx, c, &RefusedError{Verdict: v})
			}
			return kind.Outputs{"verdict": string(v.Result), "evidence": v.Evidence}, nil
		case v.Result == Failed:
			return nil, t.withLogs(ctx, c, refused)
		case c.Gate.OnInconclusive == "pass":
			report("inconclusive, which the recipe lets pass: " + v.Evidence)
			return kind.Outputs{"verdict": string(v.Result), "evidence": v.Evidence}, nil
		case c.Gate.OnInconclusive == "fail":
			refused.Why = `, which on_inconclusive = "fail" makes a failure`
			return nil, t.withLogs(ctx, c, refused)
		case within.Err() != nil:
			refused.Why = " when its time was over after " + short(c.first())
			return nil, t.withLogs(ctx, c, refused)
		}
		report("not decided yet: " + first(v.Evidence))
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("it could not be judged: %w%s", err, t.lastOutput(ctx, c))
}

// withLogs adds what the new release wrote last, a container of each service, where the engine tells.
func (t Tools) withLogs(ctx context.Context, c Config, e *RefusedError) error {
	e.Logs = t.lastOutput(ctx, c)
	return e
}

func (t Tools) lastOutput(ctx context.Context, c Config) string {
	text, seen := "", map[string]bool{}
	for _, i := range c.Instances {
		if seen[i.Service] {
			continue
		}
		seen[i.Service] = true
		if logs, err := t.Engine.Logs(ctx, i.Container, container.LogLines); err == nil {
			text += container.LastOutput("The last output of "+i.Container, string(logs))
		}
	}
	return text
}

func first(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// short writes a duration without units that are 0 at its end: 12m, 2m30s.
func short(d time.Duration) string {
	text := d.Round(time.Second).String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, nothing) {
			text = strings.TrimSuffix(text, nothing[1:])
		}
	}
	return text
}
