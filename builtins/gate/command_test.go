package gate

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestRunLocal(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name   string
		script string
		output string
		code   int
	}{
		{"good", `echo "$RECIPE_STAGE in $(pwd)"`, "canary in " + dir + "\n", 0},
		{"bad", "echo no >&2; exit 3", "no\n", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, code, err := RunLocal(t.Context(), dir, []string{"sh", "-c", test.script}, []string{"RECIPE_STAGE=canary"})
			if err != nil || string(output) != test.output || code != test.code {
				t.Errorf("got %q, %d, %v", output, code, err)
			}
		})
	}
	if _, _, err := RunLocal(t.Context(), dir, []string{"/no/such/program"}, nil); err == nil || err.Error() != `the command "/no/such/program" could not be run: no such file or directory` {
		t.Errorf("a missing program: %v", err)
	}
}

// A command that does not end is killed with the gate's time, and is the gate's failure.
func TestCommandThatHangs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	w, err := commandKind{}.Open(ctx, Tools{Run: RunLocal, Dir: t.TempDir()}, Config{Gate: Spec{Kind: "command", Args: []byte(`{"command":["sleep","600"]}`)}}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := w.Judge(ctx); err != nil || v.Result != Failed || !strings.Contains(v.Evidence, "did not end in time") {
		t.Errorf("got %+v, %v", v, err)
	}
}
