package gate

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// How long gates may take where the recipe does not say.
const (
	askTimeout     = time.Minute
	measureTimeout = 10 * time.Minute
)

// first is how long the gate may take to come to a verdict from the moment its stage's traffic has moved, by the
// recipe's settings.
func (c Config) first() time.Duration {
	k := Find(c.Gate.Kind)
	measures := k != nil && k.Measures()
	limit := c.Gate.Timeout.Std()
	if limit == 0 {
		limit = askTimeout
		if measures {
			limit = measureTimeout
		}
	}
	if measures {
		limit += c.Hold.Std()
	}
	return limit
}

// Within is how long the gate may take at most once its stage's traffic has moved.
func (c Config) Within() time.Duration {
	first := c.first()
	if r, ok := c.repeats(); ok {
		return max(first, c.Hold.Std()) + r.patience()
	}
	return first
}

// read gives a kind's own arguments.
func read[Args any](s Spec) (a Args, err error) {
	return a, json.Unmarshal(s.Args, &a)
}

// Validate finds what is wrong with a gate. at gives the place of an argument, or of the whole where it has none.
func Validate(s Spec, at func(arg string) *hcl.Range) hcl.Diagnostics {
	k := Find(s.Kind)
	if k == nil {
		return hcl.Diagnostics{unknown(s.Kind, at(""))}
	}
	var diags hcl.Diagnostics
	for _, name := range set(s) {
		if !takes(k, name) {
			diags = append(diags, diag.Errorf(diag.UnknownArgument, at(name), "Unknown argument",
				"A gate %q has no argument %q; it takes %s.", s.Kind, name, and(argsOf(k))))
		}
	}
	for _, a := range k.Args() {
		if a.Required && !slices.Contains(set(s), a.Name) {
			diags = append(diags, diag.Errorf(diag.MissingArgument, at(""), "Missing argument",
				"A gate %q needs %q: %s", s.Kind, a.Name, a.Doc))
		}
	}
	if slices.Contains(set(s), "timeout") && s.Timeout <= 0 {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at("timeout"), "Invalid value",
			"A gate with no time can judge nothing; give timeout a duration above 0s, or leave it out."))
	}
	if r, err := read[repeatArgs](s); err == nil && r.Interval < 0 || slices.Contains(set(s), "interval") && r.Interval == 0 {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at("interval"), "Invalid value",
			"A gate is asked again after some time; give interval a duration above 0s, or leave it out."))
	}
	if diags.HasErrors() {
		return diags
	}
	return append(diags, k.Validate(s, at)...)
}

func unknown(name string, at *hcl.Range) *hcl.Diagnostic {
	return diag.Errorf(diag.InvalidValue, at, "Unknown kind of gate", "There is no gate %q; the kinds are %s.", name, and(names()))
}

// set are the arguments that are given, sorted.
func set(s Spec) []string {
	var all map[string]json.RawMessage
	if json.Unmarshal(s.Args, &all) != nil {
		return nil
	}
	var given []string
	for name, value := range all {
		if name != "label" && string(value) != "null" {
			given = append(given, name)
		}
	}
	slices.Sort(given)
	return given
}

func takes(k Kind, name string) bool { return slices.Contains(argsOf(k), name) }

func argsOf(k Kind) []string {
	args := []string{"timeout", "on_inconclusive"}
	for _, a := range k.Args() {
		args = append(args, a.Name)
	}
	slices.Sort(args)
	return args
}

// line joins a list of words as somebody would type them.
func line(argv []string) string { return strings.Join(argv, " ") }
