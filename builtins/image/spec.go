package image

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/deployrecipe/recipe/builtins/image/dockerfile"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// spec is an image block.
type spec struct {
	Context    string            `json:"context"`
	Tags       []string          `json:"tags"`
	Args       map[string]string `json:"args"`
	Platform   string            `json:"platform"`
	Pull       string            `json:"pull"`
	Dockerfile string            `json:"dockerfile"`
	Target     string            `json:"target"`
	Steps      []dockerfile.Step `json:"steps"`
}

func parseSpec(data json.RawMessage) (spec, error) {
	var s spec
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("reading an image's spec: %w", err)
	}
	if s.Context == "" {
		s.Context = "."
	}
	return s, nil
}

// dir is the context's directory.
func (s spec) dir(recipeDir string) string {
	if filepath.IsAbs(s.Context) {
		return s.Context
	}
	return filepath.Join(recipeDir, s.Context)
}

// argNames are the names of the build arguments.
func (s spec) argNames() []string {
	names := make([]string, 0, len(s.Args))
	for name := range s.Args {
		names = append(names, name)
	}
	return names
}

var illegal = regexp.MustCompile(`[^a-z0-9]+`)

// repository is the name of an image on the engine, RECIPE/NAME. References allow lower-case letters only, so keys
// that hold others are told apart by a digest of theirs.
func repository(recipe state.Recipe, a addr.Addr) string {
	return component(recipe.Name) + "/" + component(recipe.Moved.Named(a).Short())
}

func component(name string) string {
	clean := strings.Trim(illegal.ReplaceAllString(strings.ToLower(name), "-"), "-")
	// A hyphen, an underscore or a dot between letters is as good in a reference as it is in a name.
	if legal.MatchString(name) {
		return name
	}
	return strings.TrimPrefix(clean+"-"+shortHash(name)[:6], "-")
}

var legal = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$`)
