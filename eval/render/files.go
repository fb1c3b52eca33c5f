package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
)

// maxPaths is how many of the files that changed one line names.
const maxPaths = 3

// filesOf names the files of a directory that changed, as far as that is known.
func filesOf(l state.Link) string {
	var was, is struct {
		Files map[string]string `json:"files"`
	}
	if json.Unmarshal(l.Was, &was) != nil || json.Unmarshal(l.Value, &is) != nil || was.Files == nil || is.Files == nil {
		return ""
	}
	names := maps.Clone(was.Files)
	maps.Copy(names, is.Files)
	var told []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch {
		case was.Files[name] == is.Files[name]:
		case was.Files[name] == "":
			told = append(told, name+" is new")
		case is.Files[name] == "":
			told = append(told, name+" is gone")
		default:
			told = append(told, name)
		}
	}
	if n := len(told) - maxPaths; n > 0 {
		told = append(told[:maxPaths], fmt.Sprintf("%d more", n))
	}
	if len(told) == 0 {
		return ""
	}
	return ": " + strings.Join(told, ", ")
}
