package testrun

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/deployrecipe/recipe/lang/decode"
)

// value is what expressions read of a run.
func (o *Outcome) value() cty.Value {
	steps, changes := []string{}, map[string]cty.Value{}
	if o.Plan != nil {
		for i := range o.Plan.Steps {
			steps = append(steps, string(o.Plan.Steps[i].ID))
		}
		for a, action := range changesOf(o.Plan) {
			changes[a] = cty.StringVal(action)
		}
	}
	return cty.ObjectVal(map[string]cty.Value{
		"outcome":       cty.StringVal(o.Ended),
		"seconds":       cty.NumberFloatVal(o.Took.Seconds()),
		"requests":      cty.NumberIntVal(int64(o.Requests)),
		"lost_requests": cty.NumberIntVal(int64(o.Lost)),
		"steps":         texts(steps),
		"changes":       cty.ObjectVal(changes),
		"diagnostics":   texts(o.codes()),
		"outputs":       cty.ObjectVal(maps.Clone(o.outputs)),
	})
}

func texts(list []string) cty.Value {
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	var all []cty.Value
	for _, one := range list {
		all = append(all, cty.StringVal(one))
	}
	return cty.ListVal(all)
}

// decodeValue makes a value of its JSON.
func decodeValue(data []byte) (cty.Value, error) {
	ty, err := ctyjson.ImpliedType(data)
	if err != nil {
		return cty.DynamicVal, err
	}
	return ctyjson.Unmarshal(data, ty)
}

// shown writes a value for people.
func shown(v cty.Value) string {
	v, marks := v.UnmarkDeep()
	if len(marks) > 0 {
		return "a sensitive value"
	}
	if !v.IsWhollyKnown() {
		return "a value that is not known"
	}
	data, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return "a value of type " + v.Type().FriendlyName()
	}
	return string(data)
}

// placeOf is the header of a nested block.
func placeOf(b *decode.Block, typ, label string) *hcl.Range {
	i := slices.IndexFunc(b.Blocks, func(n *decode.Block) bool { return n.Type == typ && n.Label == label })
	if i < 0 {
		return &b.Range
	}
	return &b.Blocks[i].Range
}
