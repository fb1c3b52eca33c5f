package gate

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
)

// writing is an engine whose containers wrote their names.
type writing struct{ engine.Engine }

func (writing) Logs(_ context.Context, name string, _ int) ([]byte, error) {
	return []byte("written by " + name + "\n"), nil
}

// Whatever a gate refuses a release for, what the release wrote last is told, a container of each service.
func TestRefusalTellsLastOutput(t *testing.T) {
	c := Config{Gate: Spec{Kind: "command", Args: []byte(`{"label":"command","command":["check"]}`)}, Instances: []Instance{
		{Container: "web-1", Service: "service.web"}, {Container: "web-2", Service: "service.web"}, {Container: "api-1", Service: "service.api"}}}
	for name, run := range map[string]Runner{
		"it fails": func(context.Context, string, []string, []string) ([]byte, int, error) {
			return []byte("one line\nand one more\n"), 3, nil
		},
		"it cannot be run": func(context.Context, string, []string, []string) ([]byte, int, error) {
			return nil, 0, errors.New("no such program")
		},
	} {
		_, err := Tools{Engine: writing{}, Run: run}.judge(t.Context(), c, kind.Inputs{})
		if err == nil {
			t.Fatalf("%s: it passes", name)
		}
		for _, want := range []string{"The last output of web-1:\n  | written by web-1", "The last output of api-1:"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: it does not tell %q\n%v", name, want, err)
			}
		}
		if strings.Contains(err.Error(), "web-2") {
			t.Errorf("%s: it tells of every container\n%v", name, err)
		}
	}
}
