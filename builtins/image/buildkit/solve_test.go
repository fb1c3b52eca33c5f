package buildkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
)

// build solves a Dockerfile and removes the image with the test.
func build(t *testing.T, e *docker.Engine, request Request) (id string, lines []string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tag := enginetest.Unique() + ":latest"
	request.Tags = []string{tag}
	if request.Dir == "" {
		request.Dir = t.TempDir()
	}
	t.Cleanup(func() {
		if err := e.RemoveImage(context.Background(), tag); err != nil {
			t.Error(err)
		}
	})
	id, err = Solve(ctx, e, request, func(line string) { lines = append(lines, line) })
	if err == nil {
		image, inspectErr := e.Image(ctx, tag)
		if inspectErr != nil || image.ID != id {
			t.Errorf("built %s, the engine shows %s (%v)", id, image.ID, inspectErr)
		}
	}
	return id, lines, err
}

func TestSolveFromScratch(t *testing.T) {
	e := enginetest.Docker(t)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("page.html", "one")
	write("ignored", "x")
	request := Request{
		Dir: dir, Key: SharedKey("test", dir), Ignore: []string{"ignored"},
		Dockerfile: "FROM scratch\nCOPY . /\nENV A=\"\\$b\"\n", Labels: map[string]string{"recipe.content": "line\nbreak"},
	}
	first, lines, err := build(t, e, request)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(lines, "\n"), "COPY . /") {
		t.Errorf("progress %q", lines)
	}
	write("ignored", "y")
	if again, _, err := build(t, e, request); err != nil || again != first {
		t.Errorf("an ignored file made another image: %s, %v", again, err)
	}
	write("page.html", "two")
	if changed, _, err := build(t, e, request); err != nil || changed == first {
		t.Errorf("a changed file made the same image: %s, %v", changed, err)
	}
	// Of the same length, so that only the text tells them apart.
	request.Dockerfile = strings.Replace(request.Dockerfile, "ENV A", "ENV B", 1)
	changed, _, err := build(t, e, request)
	if err != nil {
		t.Fatal(err)
	}
	image, err := e.Image(context.Background(), changed)
	if err != nil || len(image.Config.Env) == 0 || image.Config.Env[len(image.Config.Env)-1] != "B=$b" {
		t.Errorf("env %q, %v", image.Config.Env, err)
	}
	if image.Labels["recipe.content"] != "line\nbreak" {
		t.Errorf("labels %q", image.Labels)
	}
}

func TestSolveRunsWithSecretsAndArguments(t *testing.T) {
	e := enginetest.Docker(t)
	base := enginetest.Program(t, e)
	request := Request{
		Dockerfile: fmt.Sprintf("FROM %s AS run\nARG VERSION\nRUN --mount=type=secret,id=secret1,target=/t,required=true --mount=type=cache,target=/tmp/c [\"/app\",\"echo\",\"x\"]\nFROM scratch\nCOPY --from=run /data /data\n", base),
		Args:       map[string]string{"VERSION": "1"},
		Secret: func(id string) (string, error) {
			if id != "secret1" {
				return "", errors.New("no such secret")
			}
			return "hush", nil
		},
	}
	if _, _, err := build(t, e, request); err != nil {
		t.Error(err)
	}
	request.Secret = func(string) (string, error) { return "", errors.New("the vault is closed") }
	request.NoCache = true
	if _, _, err := build(t, e, request); err == nil {
		t.Error("built without the secret")
	} else if !strings.Contains(err.Error(), "the vault is closed") {
		t.Error(err)
	}
}

func TestFailureShowsTheInstructionAndItsOutput(t *testing.T) {
	e := enginetest.Docker(t)
	base := enginetest.Program(t, e)
	_, _, err := build(t, e, Request{Dockerfile: "FROM " + base + "\nENV A=1\nRUN [\"/app\",\"no-such-command\"]\n"})
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	t.Logf("line %d: %v", failed.Line, failed)
	if failed.Line != 3 || !strings.Contains(failed.Instruction, "RUN [\"/app\",\"no-such-command\"]") {
		t.Errorf("line %d, instruction %q", failed.Line, failed.Instruction)
	}
	_, _, err = build(t, e, Request{Dockerfile: "FROM scratch\nCOPY missing /\n"})
	if err == nil || !strings.Contains(err.Error(), "missing") {
		t.Error(err)
	}
	t.Log(err)
}

func TestCancelEndsABuild(t *testing.T) {
	e := enginetest.Docker(t)
	base := enginetest.Program(t, e)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	begin := time.Now()
	_, err := Solve(ctx, e, Request{Tags: []string{"never:built"}, Dir: t.TempDir(), Dockerfile: "FROM " + base + "\nRUN [\"/app\",\"serve\"]\n"}, nil)
	if err == nil || time.Since(begin) > 20*time.Second {
		t.Errorf("after %v: %v", time.Since(begin), err)
	}
	t.Log(time.Since(begin), err)
}
