package resolve

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// splatFunction turns the instances of a block into a list, for splats; see decode.Instances.
func (r *resolver) splatFunction() function.Function {
	list := func(v cty.Value) cty.Value {
		plain, marks := v.Unmark()
		if !plain.IsKnown() || plain.IsNull() || !r.refs.group(plain) {
			return v
		}
		all := plain.AsValueMap()
		var out []cty.Value
		for _, key := range slices.Sorted(maps.Keys(all)) {
			out = append(out, all[key])
		}
		return cty.TupleVal(out).WithMarks(marks)
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "instances", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return list(args[0]).Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return list(args[0]), nil },
	})
}
