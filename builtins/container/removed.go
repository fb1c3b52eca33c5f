package container

import (
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/plan"
)

// Removed are the names of the containers that steps remove.
func Removed(steps []plan.Step) map[string]bool {
	names := map[string]bool{}
	for i := range steps {
		var c RemoveConfig
		if steps[i].Op == OpRemove && json.Unmarshal(steps[i].Config, &c) == nil {
			names[c.Name] = true
		}
	}
	return names
}
