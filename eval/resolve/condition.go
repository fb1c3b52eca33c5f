package resolve

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// finding is what came of a condition.
type finding int

const (
	undecided finding = iota // not known yet
	holds
	fails
	broken // it could not be evaluated, as has been reported
)

// judge decides on the condition of a block such as schema.Stating describes, and gives the message where it fails.
func (r *resolver) judge(rule *decode.Block, eval func(hcl.Expression) (cty.Value, bool)) (finding, string) {
	condition, message := rule.Args["condition"], rule.Args["error"]
	if condition == nil || message == nil {
		return broken, "" // decoding said so
	}
	got, ok := eval(condition.Expr)
	if !ok {
		return broken, ""
	}
	got, _ = got.Unmark()
	got, err := convert.Convert(got, cty.Bool)
	switch {
	case err != nil || got.IsNull():
		r.errorf(diag.WrongType, condition.Expr.Range(), "Wrong type",
			"The condition of %s must be true or false.", article(rule.Type))
		return broken, ""
	case !got.IsKnown():
		return undecided, ""
	case got.True():
		return holds, ""
	}
	return fails, ruleMessage(rule.Type, eval, message)
}

func ruleMessage(what string, eval func(hcl.Expression) (cty.Value, bool), a *decode.Arg) string {
	got, ok := eval(a.Expr)
	text, err := convert.Convert(got, cty.String)
	plain := "the condition of its " + what + " does not hold."
	switch {
	case !ok || err != nil || !text.IsKnown() || text.IsNull():
		return plain
	case isSensitive(text):
		return plain + " The message is withheld, since it holds a sensitive value."
	}
	return text.AsString()
}

// conditions judges what a block states of itself. A postcondition of a block that has errors is left alone: its own
// would follow from them. It reports false where there is to be no plan.
func (r *resolver) conditions(o *object, sound bool) bool {
	if len(o.b.Conditions) == 0 {
		return true
	}
	n := &node{text: "conditions of " + o.text()}
	ok := r.stated(n, o, "precondition", func(rule piece) bool { return r.condition(n, o, rule) })
	if sound {
		ok = r.stated(n, o, "postcondition", func(rule piece) bool { return r.condition(n, o, rule) }) && ok
	}
	return ok
}

// stated visits the conditions of a type that a block states, written out or made by dynamic blocks.
func (r *resolver) stated(n *node, o *object, typ string, visit func(piece) bool) bool {
	all := *o.b
	all.Blocks = o.b.Conditions
	rules, _, ok := r.pieces(n, &all, o.frame(), typ)
	for _, rule := range rules {
		ok = visit(rule) && ok
	}
	return ok
}

func (r *resolver) condition(n *node, o *object, rule piece) bool {
	switch found, message := r.judge(rule.Block, r.within(n, rule.frame)); {
	case found == fails:
		r.failed(n, o, rule, diag.ConditionFailed, message)
	case found == undecided && !r.lenient:
		r.errorf(diag.UnknownValue, rule.Args["condition"].Expr.Range(), "Value not known yet",
			"Whether the %s of %s holds is known only when the plan runs, and it decides whether there is a plan.", rule.Type, o.text())
	default:
		return found != broken
	}
	return false
}

// failed reports a rule that does not hold, with what it read.
func (r *resolver) failed(n *node, o *object, rule piece, code diag.Code, message string) {
	r.errorf(code, rule.Args["condition"].Expr.Range(), code.Summary(), "%s: %s%s", o.text(), message, r.values(n, rule.frame, rule.Block))
}

// within evaluates expressions as parts of a node.
func (r *resolver) within(n *node, f frame) func(hcl.Expression) (cty.Value, bool) {
	return func(expr hcl.Expression) (cty.Value, bool) { return r.eval(n, f, expr) }
}

// maxShown bounds the values that are shown beside a condition that fails.
const maxShown = 6

// values lists what the condition of a rule read, a line each, as far as it is short and may be seen.
func (r *resolver) values(n *node, f frame, rule *decode.Block) string {
	var out []string
	for _, ref := range r.parsed(rule.Args["condition"].Expr).refs {
		line := r.valueOf(n, f, ref)
		if line != "" && !slices.Contains(out, line) && len(out) < maxShown {
			out = append(out, line)
		}
	}
	return strings.Join(append([]string{""}, out...), "\n  ")
}

func (r *resolver) valueOf(n *node, f frame, ref decode.Reference) string {
	if ref.Root == "var" && len(ref.Path) == 1 {
		return r.provenance(f.in, f.in.vars[ref.Path[0]])
	}
	if ref.Next() != nil {
		return "" // its key is computed
	}
	v, ok := r.eval(n, f, &hclsyntax.ScopeTraversalExpr{Traversal: ref.Traversal(), SrcRange: ref.Range})
	if !ok || isSensitive(v) || !v.IsWhollyKnown() {
		return ""
	}
	if _, isRef := r.refs.of(v); isRef || r.refs.group(v) && v.LengthInt() > 0 {
		return "" // whole blocks say nothing that their names do not
	}
	e := encoder{refs: r.refs, keepNull: true}
	shown := string(e.bytes(v))
	if v.Type() == cty.String && !v.IsNull() {
		shown = strconv.Quote(v.AsString())
	}
	name := f.in.source(ref.Range)
	if !strings.HasPrefix(name, ref.Root) {
		name = ref.String() // within a text of JSON, where places are counted otherwise
	}
	return fmt.Sprintf("%s = %s", name, short(shown))
}

// provenance writes a variable with its value, where that is short and may be seen, and where it was given.
func (r *resolver) provenance(m *module, b *decode.Block) string {
	n := r.variable(m, b, b.Range)
	name, source, v := "var."+b.Label, m.origins[b].source, n.value
	if source == "" {
		return name
	}
	if !n.ok || isSensitive(v) || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return name + " (" + source + ")"
	}
	e := encoder{refs: r.refs}
	text := string(e.bytes(v))
	if v.Type() == cty.String {
		text = strconv.Quote(short(v.AsString()))
	}
	return name + " = " + strings.TrimSpace(text) + " (" + source + ")"
}
