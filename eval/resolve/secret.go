package resolve

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// secret gives the value of a secret block, which stands for its value wherever it is named. It is fetched at
// most once.
func (r *resolver) secret(o *object, at hcl.Range) *node {
	b := o.b
	key := nodeKey{of: o, part: whole}
	return r.node(key, o.text(), at, func(*node) (cty.Value, bool) {
		unknown := cty.UnknownVal(cty.String).Mark(Sensitive)
		self := &instance{r: r, o: o, at: at}
		spec, ok, _ := self.Spec()
		switch {
		case self.failed:
			return unknown, false
		case !ok || r.in.Secrets == nil:
			return unknown, true
		}
		var source SecretSource
		if err := json.Unmarshal(spec, &source); err != nil {
			r.errorf(diag.Internal, b.Range, "Internal error", "The secret %q cannot be read. Please report it.", o.addr.Short())
			return unknown, false
		}
		source.Name = o.addr.Short()
		if !r.oneSource(o, source, spec) {
			return unknown, false
		}
		value, err := r.in.Secrets(source)
		if err != nil {
			r.errorf(diag.EvaluationFailed, b.Range, "Secret not available", "The secret %q could not be fetched: %s.", o.addr.Short(), err)
			return unknown, false
		}
		return r.sensitive(cty.StringVal(value)), true
	})
}

// oneSource checks that there is one place to fetch a secret from. Where the kind finds that wrong too, it says so
// when all resources are validated, and nothing is reported here.
func (r *resolver) oneSource(o *object, s SecretSource, spec []byte) bool {
	n := 0
	for _, set := range []bool{s.Env != "", s.File != "", len(s.Command) > 0} {
		if set {
			n++
		}
	}
	res := &state.Resource{Addr: o.addr, Range: o.b.Range, Spec: spec}
	if n != 1 && !r.in.Kinds[o.b.Type].Validate(res, &state.Desired{}).HasErrors() {
		r.errorf(diag.InvalidValue, o.b.Range, "Invalid value",
			"The secret %q needs one place to come from: exactly one of env, file and command.", o.addr.Short())
	}
	return n == 1
}
