package testrun

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/rtest"
)

// Expect is an expect block, evaluated. What is nil was not set.
type Expect struct {
	Outcome       string            `json:"outcome"`
	Changes       map[string]string `json:"changes"`
	Steps         []string          `json:"steps"`
	Contains      []string          `json:"contains"`
	Interruptions *int              `json:"interruptions"`
	LostRequests  int               `json:"lost_requests"`
	AtLeast       state.Duration    `json:"at_least"`
	AtMost        state.Duration    `json:"at_most"`
	Diagnostics   []string          `json:"diagnostics"`
}

// checker compares one run with what is expected of it.
type checker struct {
	*Outcome
	block  *decode.Block // the run
	expect *decode.Block // nil where there is none
}

// fail notes that something is not as expected, at the argument that says so.
func (c *checker) fail(word, summary, format string, args ...any) {
	at := c.block.Range
	if c.expect != nil {
		at = c.expect.Range
		if a := c.expect.Args[word]; a != nil {
			at = a.Range
		}
	}
	c.Failures = append(c.Failures, diag.Errorf(diag.TestFailed, &at, summary, format, args...))
}

// check compares a run with what is expected of it.
func (p *player) check(o *Outcome, b *decode.Block, s Spec, in resolve.Inputs) {
	c := &checker{Outcome: o, block: b}
	for _, nested := range b.Blocks {
		if nested.Type == "expect" {
			c.expect = nested
		}
	}
	c.outcome(s)
	c.counts(s.Expect)
	if o.Plan != nil {
		c.changes(s.Expect.Changes)
		c.steps(s.Expect.Steps)
		c.contains(s.Expect.Contains)
	}
	c.diagnostics(s.Expect)
	c.outputs(p, in)
	p.asserts(o, b, in)
}

// outcome compares how the run ended. Without a word of it, it is to succeed.
func (c *checker) outcome(s Spec) {
	want := s.Expect.Outcome
	good := slices.Contains([]string{rtest.Planned, rtest.Unchanged, rtest.Applied}, c.Ended)
	if want == "" && good || want == c.Ended {
		return
	}
	text := fmt.Sprintf("It is expected to end as %q, and ended as %q", want, c.Ended)
	if want == "" {
		text = fmt.Sprintf("It is expected to succeed, and ended as %q", c.Ended)
	}
	for _, d := range c.Said {
		if d.Severity == hcl.DiagError {
			text = fmt.Sprintf("%s\n%s: %s", sentence(text), d.Summary, d.Detail)
		}
	}
	c.fail("outcome", "Another outcome", "%s", sentence(text))
}

// sentence ends a text as one.
func sentence(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// counts compares numbers and durations.
func (c *checker) counts(e Expect) {
	if c.Lost > e.LostRequests {
		c.fail("lost_requests", "Requests were lost", "Of %d requests %d were lost without being announced; at most %d may be.", c.Requests, c.Lost, e.LostRequests)
	}
	if e.Interruptions != nil && c.Plan != nil && len(c.Plan.Interruptions) != *e.Interruptions {
		c.fail("interruptions", "Other interruptions", "The plan announces %d interruptions, not %d.", len(c.Plan.Interruptions), *e.Interruptions)
	}
	if least := e.AtLeast.Std(); c.Took < least {
		c.fail("at_least", "It took less time", "It took %s, and at least %s is expected.", c.Took, least)
	}
	if most := e.AtMost.Std(); most > 0 && c.Took > most {
		c.fail("at_most", "It took more time", "It took %s, and at most %s is expected.", c.Took, most)
	}
}

// changes compares all changes.
func (c *checker) changes(want map[string]string) {
	if want == nil {
		return
	}
	got := changesOf(c.Plan)
	if maps.Equal(got, want) {
		return
	}
	var lines []string
	for _, a := range slices.Sorted(maps.Keys(merged(got, want))) {
		switch {
		case got[a] == "":
			lines = append(lines, fmt.Sprintf("%s: expected %q, and it does not change", a, want[a]))
		case want[a] == "":
			lines = append(lines, fmt.Sprintf("%s: %q, which is not expected", a, got[a]))
		case got[a] != want[a]:
			lines = append(lines, fmt.Sprintf("%s: expected %q, got %q", a, want[a], got[a]))
		}
	}
	c.fail("changes", "Other changes", "The plan changes something else:\n%s", strings.Join(lines, "\n"))
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func changesOf(p *plan.Plan) map[string]string {
	all := map[string]string{}
	for _, change := range p.Changes {
		all[change.Addr.String()] = string(change.Action)
	}
	return all
}

// steps compares all steps in their order.
func (c *checker) steps(want []string) {
	if want == nil {
		return
	}
	same := len(want) == len(c.Plan.Steps)
	for i := range want {
		same = same && matches(want[i], &c.Plan.Steps[i])
	}
	if !same {
		c.fail("steps", "Other steps", "The plan's steps are:\n%s", steps(c.Plan))
	}
}

// contains looks for steps in their order.
func (c *checker) contains(want []string) {
	at := 0
	for _, pattern := range want {
		for at < len(c.Plan.Steps) && !matches(pattern, &c.Plan.Steps[at]) {
			at++
		}
		if at == len(c.Plan.Steps) {
			c.fail("contains", "A step is missing", "No step matches %q after those named before it. The plan's steps are:\n%s", pattern, steps(c.Plan))
			return
		}
		at++
	}
}

// steps lists a plan's steps, with what they are called in tests.
func steps(p *plan.Plan) string {
	var lines []string
	for i := range p.Steps {
		lines = append(lines, fmt.Sprintf("  %s: %s", p.Steps[i].ID, p.Steps[i].Title))
	}
	return strings.Join(lines, "\n")
}

// codes are those of all that the command said, each once.
func (o *Outcome) codes() []string {
	codes := map[string]bool{}
	for _, d := range o.Said {
		codes[string(diag.CodeOf(d))] = true
	}
	return slices.Sorted(maps.Keys(codes))
}

func (c *checker) diagnostics(e Expect) {
	if e.Diagnostics == nil {
		return
	}
	want := slices.Sorted(slices.Values(e.Diagnostics))
	if got := c.codes(); !slices.Equal(got, want) {
		c.fail("diagnostics", "Other diagnostics", "Expected %s, got %s.", list(want), list(got))
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// outputs compares the recipe's outputs with those that are named.
func (c *checker) outputs(p *player, in resolve.Inputs) {
	if c.expect == nil || c.expect.Args["outputs"] == nil || c.Plan == nil {
		return
	}
	a := c.expect.Args["outputs"]
	want, diags := p.scope(p.subject.Module, in, nil).Value(a.Expr)
	c.Failures = append(c.Failures, diags...)
	if diags.HasErrors() || want.IsNull() || !want.CanIterateElements() {
		return
	}
	for name, value := range want.AsValueMap() {
		got, ok := c.Outcome.outputs[name]
		switch {
		case !ok:
			c.fail("outputs", "Another output", "The output %q has no value that is known and not sensitive.", name)
		case !same(got, value):
			c.fail("outputs", "Another output", "The output %q is %s, not %s.", name, shown(got), shown(value))
		}
	}
}

// same compares values by what they are in JSON: a list and a tuple of the same elements are one.
func same(a, b cty.Value) bool {
	b, _ = b.UnmarkDeep()
	if converted, err := convert.Convert(b, a.Type()); err == nil {
		b = converted
	}
	return a.RawEquals(b)
}

// asserts holds what the run states of itself.
func (p *player) asserts(o *Outcome, b *decode.Block, in resolve.Inputs) {
	for _, a := range b.Conditions {
		condition, text := a.Args["condition"], a.Args["error"]
		if condition == nil || text == nil {
			continue // decoding said so
		}
		scope := p.scope(p.subject.Module, in, map[string]cty.Value{"run": o.value()})
		holds, diags := scope.Value(condition.Expr)
		o.Failures = append(o.Failures, diags...)
		if diags.HasErrors() {
			continue
		}
		holds, _ = holds.Unmark()
		truth, err := convert.Convert(holds, cty.Bool)
		switch {
		case err != nil || truth.IsNull() || !truth.IsKnown():
			o.Failures = append(o.Failures, diag.Errorf(diag.TestFailed, &condition.Range, "Not true or false",
				"The condition is neither true nor false, but %s.", shown(holds)))
		case truth.False():
			said, _ := scope.Value(text.Expr)
			said, _ = said.Unmark()
			message := "It does not hold."
			if said.Type() == cty.String && said.IsKnown() && !said.IsNull() {
				message = said.AsString()
			}
			o.Failures = append(o.Failures, diag.Errorf(diag.TestFailed, &condition.Range, "An assertion does not hold", "%s", message))
		}
	}
}
