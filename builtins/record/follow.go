package record

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Follows tells whether the record can follow some of a plan's drift: that of the edge's files is read from them each
// time, and recorded nowhere.
func Follows(p *plan.Plan) bool {
	for _, d := range p.Drift {
		if d.Text == nil {
			return true
		}
	}
	return false
}

// Follow brings the record in line with what others changed, so that later plans take it for given: an argument is
// what it is now, and of what is not there any more nothing is known.
func Follow(kept *state.Recorded, p *plan.Plan) {
	kept.Resources = maps.Clone(kept.Resources)
	for _, d := range p.Drift {
		name := d.Addr.String()
		spec, known := kept.Resources[name]
		if !known || d.Text != nil {
			continue
		}
		if d.Path == "" {
			delete(kept.Resources, name)
			continue
		}
		if now, ok := set(spec, strings.Split(d.Path, "."), d.Now); ok {
			kept.Resources[name] = now
		}
	}
}

// set replaces what stands at a path of JSON objects, which are made on the way; ok is false where something else is.
func set(spec json.RawMessage, path []string, value json.RawMessage) (out json.RawMessage, ok bool) {
	object := map[string]json.RawMessage{}
	if spec != nil && (json.Unmarshal(spec, &object) != nil || object == nil) {
		return nil, false
	}
	if len(path) == 1 && value == nil {
		delete(object, path[0])
	} else if len(path) == 1 {
		object[path[0]] = value
	} else if object[path[0]], ok = set(object[path[0]], path[1:], value); !ok {
		return nil, false
	}
	return plan.Raw(object), true
}
