package resolve

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// secret gives the value of a secret block, which stands for its value wherever it is named but in depends_on. It is
// fetched at most once, and after those that it depends on.
func (r *resolver) secret(o *object, at hcl.Range) *node {
	b := o.b
	key := nodeKey{of: o, part: whole}
	return r.node(key, o.text(), at, func(*node) (cty.Value, bool) {
		unknown := cty.UnknownVal(cty.String).Mark(Sensitive)
		self := &instance{r: r, o: o, at: at}
		if a := b.Args[dependsOn]; a != nil && !r.argument(o, dependsOn, a.Range).ok {
			return unknown, false
		}
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

// checkWaiting reports what a secret cannot wait for: it is there before anything is applied.
func (r *resolver) checkWaiting(o *object, awaited uses) bool {
	ok := true
	for _, u := range awaited {
		if u.addr.Kind != o.addr.Kind {
			ok = false
			r.errorf(diag.WrongType, u.rng, "A secret cannot wait for this",
				"%s is fetched while the plan is made, before anything is applied, so it cannot wait for %s. In depends_on it takes other secrets, which are fetched before it. A value that exists only once %s is there cannot be a secret of the same recipe.",
				o.addr, u.addr, u.addr)
		}
	}
	return ok
}
