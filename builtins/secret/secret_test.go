package secret_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

const value = "s3cret"

func source(t *testing.T) secret.Source {
	t.Helper()
	return secret.Source{
		Env: func(name string) (string, bool) { return value + "\n", name == "SET" },
		FS: fstest.MapFS{
			"key":     {Data: []byte(value + "\n")},
			"dos":     {Data: []byte(value + "\r\n")},
			"two":     {Data: []byte(value + "\n\n")},
			"key.dir": {Mode: 0o755 | 1<<31},
		},
		Dir: t.TempDir(),
	}
}

func TestFetch(t *testing.T) {
	for _, test := range []struct {
		name string
		spec secret.Spec
		want string
	}{
		{"variable, as it is", secret.Spec{Env: "SET"}, value + "\n"},
		{"file", secret.Spec{File: "key"}, value},
		{"file of Windows", secret.Spec{File: "dos"}, value},
		{"file, one newline alone", secret.Spec{File: "two"}, value + "\n"},
		{"command", secret.Spec{Command: []string{"echo", value}}, value},
		{"command's warnings", secret.Spec{Command: []string{"sh", "-c", "echo warning >&2; echo " + value}}, value},
		{"command's words are no shell's", secret.Spec{Command: []string{"echo", "$HOME;ls"}}, "$HOME;ls"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, err := source(t).Fetch(t.Context(), test.spec); got != test.want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	for _, test := range []struct {
		name string
		spec secret.Spec
		want string
	}{
		{"variable", secret.Spec{Env: "UNSET"}, "the environment variable UNSET is not set"},
		{"file", secret.Spec{File: "none"}, "the file none cannot be read: file does not exist"},
		{"directory", secret.Spec{File: "key.dir"}, "the file key.dir cannot be read: "},
		{"command", secret.Spec{Command: []string{"sh", "-c", "echo " + value + "; echo locked >&2; exit 1"}}, "the command sh failed: locked"},
		{"silent command", secret.Spec{Command: []string{"sh", "-c", "echo " + value + "; exit 3"}}, "the command sh failed: exit status 3"},
		{"no command", secret.Spec{Command: []string{"no-such-command"}}, "the command no-such-command failed: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := source(t).Fetch(t.Context(), test.spec)
			if err == nil || got != "" || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("got %q, %v; want %s", got, err, test.want)
			}
			if strings.Contains(err.Error(), value) || strings.Contains(err.Error(), "%!") {
				t.Errorf("the error is %q", err)
			}
		})
	}
}

// A command may leave an agent behind that keeps its output open; nobody waits for that one's end.
func TestFetchLeavesAgents(t *testing.T) {
	t.Parallel()
	began := time.Now()
	got, err := source(t).Fetch(t.Context(), secret.Spec{Command: []string{"sh", "-c", "echo " + value + "; sleep 20 & exit 0"}})
	if got != value || err != nil || time.Since(began) > 15*time.Second {
		t.Errorf("got %q, %v after %s", got, err, time.Since(began))
	}
}

func TestValidate(t *testing.T) {
	for spec, ok := range map[string]bool{
		`{"env":"A"}`: true, `{"file":"a"}`: true, `{"command":["a"]}`: true,
		`{}`: false, `{"env":"A","file":"a"}`: false, `{"command":[]}`: false, `{"env":"A","file":"a","command":["a"]}`: false,
	} {
		diags := (secret.Kind{}).Validate(&state.Resource{Addr: addr.New("secret", "a"), Spec: json.RawMessage(spec)}, nil)
		if diags.HasErrors() == ok {
			t.Errorf("%s: %v", spec, diags)
		}
	}
}
