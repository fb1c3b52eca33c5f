// Package secret is the secret block: a sensitive string from outside the recipe.
//
// A secret is no object on an engine. Its value is fetched while a recipe is evaluated for a plan or an
// apply, never for validating or formatting one, and lives in memory alone.
package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the secret block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "secret", Label: "name", Resource: true,
		Doc: "A sensitive string from outside the recipe. Reading secret.NAME gives the string itself. Exactly one of env, file and command.",
		Args: []schema.Arg{
			{Name: "env", Type: schema.Str(), Change: schema.PlanOnly, Doc: "The environment variable, of the machine that plans, that holds it."},
			{Name: "file", Path: true, Type: schema.Str(), Change: schema.PlanOnly, Doc: "The file that holds it; one newline at its end is left out."},
			{Name: "command", Type: schema.ListOf(schema.Str()), Change: schema.PlanOnly, Doc: "The command, word by word, that prints it; one newline at its end is left out."},
		},
	}
}

// Export has nothing to compute: reading a secret gives its string.
func (Kind) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) { return cty.NilVal, nil }

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Env     string   `json:"env,omitempty"`
	File    string   `json:"file,omitempty"`
	Command []string `json:"command,omitempty"`
}

// Validate wants exactly one source.
func (Kind) Validate(r *state.Resource, _ *state.Desired) hcl.Diagnostics {
	var s Spec
	if err := json.Unmarshal(r.Spec, &s); err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, &r.Range)}
	}
	if s.sources() == 1 {
		return nil
	}
	return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &r.Range, "A secret has one source",
		"%s has %d sources; write exactly one of env, file and command.", r.Addr, s.sources())}
}

func (s Spec) sources() int {
	n := 0
	for _, set := range []bool{s.Env != "", s.File != "", len(s.Command) > 0} {
		if set {
			n++
		}
	}
	return n
}

// Diff has nothing to do: a secret is no object.
func (Kind) Diff(kind.Input) (kind.Result, hcl.Diagnostics) { return kind.Result{}, nil }

// commandLimit is how long a command may take to print a secret; it may ask a person for a touch of a key.
const commandLimit = 2 * time.Minute

// commandGrace is how long the output of a command that ended may be held open by what it started.
const commandGrace = time.Second

// Source fetches secrets.
type Source struct {
	Env func(string) (string, bool)
	FS  fs.FS  // the module's directory
	Dir string // where commands run
}

// Fetch gets a secret's value. No error holds any part of it, unless a command that fails writes it to its standard
// error.
func (s Source) Fetch(ctx context.Context, spec Spec) (string, error) {
	switch {
	case spec.Env != "":
		value, ok := s.Env(spec.Env)
		if !ok {
			return "", fmt.Errorf("the environment variable %s is not set", spec.Env)
		}
		return value, nil
	case spec.File != "":
		data, err := s.read(spec.File)
		if err != nil {
			var at *fs.PathError
			if errors.As(err, &at) {
				err = at.Err // the path is said already
			}
			return "", fmt.Errorf("the file %s cannot be read: %w", spec.File, err)
		}
		return chomp(string(data)), nil
	}
	return s.run(ctx, spec.Command)
}

// maxSize is how many bytes a secret may have: an engine takes no larger environment.
const maxSize = 1 << 20

// read reads a file, which may be a pipe, up to the bound.
func (s Source) read(name string) ([]byte, error) {
	file, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("it has more than %d MiB, too much for a secret", maxSize>>20)
	}
	return data, err
}

func (s Source) run(ctx context.Context, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.WaitDelay = s.Dir, commandGrace
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", fmt.Errorf("the command %s did not end within %s", command[0], commandLimit)
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) { // what it started may live on, as an agent does
		why := strings.TrimSpace(stderr.String())
		if why == "" {
			why = err.Error()
		}
		return "", fmt.Errorf("the command %s failed: %s", command[0], why)
	}
	return chomp(stdout.String()), nil
}

func chomp(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }

// madeUp begins what tests of recipes get for secrets that they do not give.
const madeUp = "the made-up value of "

// MakeUp is a value for a secret that nobody gives.
func MakeUp(name string) string { return madeUp + name }

// MadeUp tells whether a value is such a one.
func MadeUp(value string) bool { return strings.HasPrefix(value, madeUp) }
