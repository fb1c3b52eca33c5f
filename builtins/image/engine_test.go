package image

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/kind"
)

// live is a scenario on the real engine. Its images go with the test.
type live struct {
	*scenario
	e       *docker.Engine
	secrets map[string]string
	lines   []string
}

func newLive(t *testing.T) *live {
	e := enginetest.Docker(t)
	s := &live{scenario: newScenario(t, enginetest.Unique()), e: e}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		images, err := e.Images(ctx, map[string]string{label.Recipe: s.desired.Recipe.Name})
		if err != nil {
			t.Error(err)
		}
		for _, image := range images {
			for _, tag := range image.Tags {
				if err := e.RemoveImage(ctx, tag); err != nil {
					t.Error(err)
				}
			}
		}
	})
	return s
}

// apply plans and carries out the plan's steps in order.
func (s *live) apply() (kind.Result, error) {
	s.t.Helper()
	result, diags := s.plan(s.e.ReadOnly())
	if diags.HasErrors() {
		s.t.Fatal(diags)
	}
	doers := Doers(Build{Images: s.e, Builder: s.e, Dir: s.dir, CacheDir: s.options.CacheDir})
	in := kind.Inputs{
		Report: func(line string) { s.lines = append(s.lines, line) },
		Secret: func(path string) (string, error) {
			if v, ok := s.secrets[path]; ok {
				return v, nil
			}
			return "", errors.New("no secret at " + path)
		},
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for _, step := range result.Steps {
		if _, err := doers[step.Op].Do(ctx, step, in); err != nil {
			return result, fmt.Errorf("%s: %w", step.Title, err)
		}
	}
	return result, nil
}

func (s *live) applied() kind.Result {
	s.t.Helper()
	result, err := s.apply()
	must(s.t, err)
	return result
}

func (s *live) image(ref string) engine.Image {
	s.t.Helper()
	image, err := s.e.Image(context.Background(), ref)
	must(s.t, err)
	return image
}

func TestApplyBuildsOnce(t *testing.T) {
	s := newLive(t)
	s.write("page.html", "one")
	extra := s.desired.Recipe.Name + "/extra:dev"
	spec := `{"context":".","tags":["` + extra + `"],"steps":[
		{"from":{"image":"scratch"}},{"copy":{"from":["page.html"],"to":"/it's $x/"}},
		{"env":{"vars":{"A":"$b \\ \"c\" 'd'"}}},{"workdir":{"path":"/with space/$y"}},{"user":{"name":"1000:1000"}},
		{"label":{"labels":{"note":"costs 5$"}}},{"expose":{"ports":[8080]}},{"volume":{"paths":["/d a/$z"]}},{"cmd":{"exec":["/x","$HOME"]}}]}`
	s.set("web", spec)
	first := s.applied()
	ref := strings.TrimPrefix(first.Steps[0].Title, "build ")
	image := s.image(ref)
	if image.ID != s.image(extra).ID {
		t.Error("the further tag is another image")
	}
	if got := image.Config; got.Env[len(got.Env)-1] != `A=$b \ "c" 'd'` || got.Workdir != "/with space/$y" || got.Labels["note"] != "costs 5$" || got.Command[1] != "$HOME" || got.User != "1000:1000" {
		t.Errorf("%+v", got)
	}
	files, err := s.e.ReadArchive(context.Background(), s.container(ref).ID, "/it's $x/page.html")
	if err != nil {
		t.Error("the path was not taken literally:", err)
	} else {
		_ = files.Close()
	}
	if again := s.applied(); len(again.Steps)+len(again.Changes) > 0 {
		t.Error("a second plan is not empty:", text(again))
	}
	must(t, s.e.RemoveImage(context.Background(), extra))
	if tagged := s.applied(); len(tagged.Steps) != 1 || tagged.Steps[0].Op != OpTag || s.image(extra).ID != image.ID {
		t.Error(text(tagged))
	}
	s.write("page.html", "two")
	if second := s.applied(); len(second.Changes) != 1 || second.Changes[0].Cause.Why != "page.html changed" {
		t.Error(text(second))
	}
	if _, err := s.e.Image(context.Background(), ref); err != nil {
		t.Error("the image before is gone, and a container uses it:", err)
	}
}

func TestBuildWithEverythingThatRuns(t *testing.T) {
	s := newLive(t)
	base := enginetest.Program(t, s.e)
	s.write("lib/x", "x")
	s.secrets = map[string]string{"the.path": "hush-hush"}
	s.set("web", `{"args":{"VERSION":"7"},"steps":[
		{"from":{"image":"`+base+`","as":"build"}},
		{"shell":{"exec":["/app","echo"]}},
		{"run":{"shell":"$one \\ line","mount": [
			{"label": "secret", "secret":{"secret":"the.path"},"target":"/run/token"},
			{"label": "cache", "target":"/tmp/a"},{"label": "cache", "target":"/tmp/b"},
			{"label": "bind", "source":"lib","target":"/tmp/lib"},{"label": "tmpfs", "target":"/tmp/t"}]}},
		{"run":{"shell":"two <<EOF\nlines \"$x\"\nEOF\n"}},
		{"onbuild":{"steps":[{"env":{"vars":{"T":"1"}}}]}},
		{"healthcheck":{"exec":["/app"],"interval":"5s"}},
		{"from":{"image":"scratch"}},
		{"copy":{"stage":"build","from":["/data"],"to":"/data"}}]}`)
	s.applied()
	if all := strings.Join(s.lines, "\n"); strings.Contains(all, "hush") || !strings.Contains(all, "RUN $one line") || strings.Contains(all, "--mount=") {
		t.Error(all)
	}
	if again := s.applied(); len(again.Steps) > 0 {
		t.Error(text(again))
	}
}

func TestFailureNamesTheRecipesLine(t *testing.T) {
	s := newLive(t)
	base := enginetest.Program(t, s.e)
	s.set("web", `{"steps":[{"from":{"image":"`+base+`"}},{"env":{"vars":{"A":"1","B":"2"}}},{"run":{"exec":["/app","nonsense"]}}]}`)
	_, err := s.apply()
	if err == nil || !strings.Contains(err.Error(), `recipe.hcl line 12: [2/2] RUN ["/app","nonsense"] failed: exit code: 2`) ||
		!strings.Contains(err.Error(), `unknown command "nonsense"`) {
		t.Error(err)
	}
}

func TestBuildRefusesAnotherContext(t *testing.T) {
	s := newLive(t)
	s.write("a", "1")
	s.set("web", `{"steps":[{"from":{"image":"scratch"}},{"copy":{"from":["a"],"to":"/"}}]}`)
	result, _ := s.plan(s.e)
	s.write("a", "22")
	build := Build{Images: s.e, Builder: s.e, Dir: s.dir, CacheDir: "-"}
	_, err := build.Do(context.Background(), result.Steps[0], kind.Inputs{Report: func(string) {}})
	if err == nil || !strings.Contains(err.Error(), "a changed; plan again") {
		t.Error(err)
	}
}

func TestExistingDockerfile(t *testing.T) {
	s := newLive(t)
	base := enginetest.Program(t, s.e)
	s.write("app/docker/My.Dockerfile", "ARG BASE\nFROM ${BASE} AS x\nCOPY . /all/\nRUN [\"/app\", \"echo\"]\n")
	s.write("app/docker/My.Dockerfile.dockerignore", "secret.txt\n")
	s.write("app/.dockerignore", "*\n")
	s.write("app/secret.txt", "no")
	s.write("app/page.html", "yes")
	s.set("web", `{"context":"app","dockerfile":"docker/My.Dockerfile","args":{"BASE":"`+base+`"}}`)
	s.applied()
	s.write("app/secret.txt", "changed")
	if again := s.applied(); len(again.Steps) > 0 {
		t.Error(text(again))
	}
	s.write("app/page.html", "changed")
	if changed := s.applied(); len(changed.Changes) != 1 || !strings.Contains(changed.Changes[0].Cause.Why, "page.html changed") {
		t.Error(text(changed))
	}
}

// registry serves a registry of the test's own on this machine.
func registry(t *testing.T) (address string) {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		enginetest.Lacks(t, "docker-registry, to pull from")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address = listener.Addr().String()
	must(t, listener.Close())
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	must(t, os.WriteFile(config, fmt.Appendf(nil, "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", dir, address), 0o600))
	server := exec.Command(program, "serve", config)
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for range 100 {
		if response, err := http.Get("http://" + address + "/v2/"); err == nil {
			_ = response.Body.Close()
			return address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the registry does not answer")
	return ""
}

// publish pushes an image to the registry and forgets it locally.
func publish(t *testing.T, e *docker.Engine, ref, mark string) {
	t.Helper()
	ctx := context.Background()
	must(t, e.ImportRoot(ctx, ref, strings.NewReader(string(enginetest.Tar(t, map[string]string{"mark": mark}))), engine.ImageConfig{}))
	output, err := exec.Command("docker", "push", ref).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	must(t, e.RemoveImage(ctx, ref))
}

func TestRegistryImagesAreResolvedOnce(t *testing.T) {
	s := newLive(t)
	ctx := context.Background()
	ref := registry(t) + "/" + s.desired.Recipe.Name + "/base:1"
	from := func(value string) string {
		return `{"steps":[{"from":{"image":"` + ref + `"}},{"env":{"vars":{"A":"` + value + `"}}}]}`
	}
	publish(t, s.e, ref, "one")
	s.set("web", from("1"))
	s.set("db", `{"pull":"`+ref+`"}`)
	first := s.applied()
	pinned := strings.TrimPrefix(first.Steps[1].Title, "pull ")
	t.Cleanup(func() { must(t, s.e.RemoveImage(ctx, pinned)) })
	t.Cleanup(func() { must(t, s.e.RemoveImage(ctx, ref)) })
	if again := s.applied(); len(again.Steps) > 0 {
		t.Error("a second plan is not empty:", text(again))
	}
	running := s.container(pinned)

	// The tag moves in the registry and here; what runs and what was built stay.
	publish(t, s.e, ref, "two")
	moved, err := s.e.Pull(ctx, ref, "", nil)
	must(t, err)
	if moved.ID == running.ImageID {
		t.Fatal("the tag did not move")
	}
	kept, diags := s.plan(s.e, running)
	if diags.HasErrors() || len(kept.Steps) > 0 || len(kept.Notes) != 2 {
		t.Error(text(kept), kept.Notes, diags)
	}

	// An unrelated change builds on the base that is kept.
	s.desired.Resources = nil
	s.set("web", from("2"))
	built := s.applied()
	if got, want := s.bottom(strings.TrimPrefix(built.Steps[0].Title, "build ")), s.bottom(pinned); got != want {
		t.Errorf("built on %s, want %s", got, want)
	}
	if got := s.bottom(ref); got == s.bottom(pinned) {
		t.Error("both bases are one")
	}
}

// container makes a container that goes with the test.
func (s *live) container(ref string) engine.Container {
	s.t.Helper()
	ctx := context.Background()
	id, err := s.e.CreateContainer(ctx, engine.ContainerSpec{Name: enginetest.Unique(), Image: ref, Command: []string{"/x"}})
	must(s.t, err)
	s.t.Cleanup(func() { must(s.t, s.e.RemoveContainer(ctx, id)) })
	c, err := s.e.Container(ctx, id)
	must(s.t, err)
	if c.Image != ref || c.ImageID != s.image(ref).ID {
		s.t.Errorf("the container shows %s %s, want %s", c.Image, c.ImageID, ref)
	}
	return c
}

// bottom is the lowest layer of an image.
func (s *live) bottom(ref string) string {
	s.t.Helper()
	image, err := s.e.Client().ImageInspect(context.Background(), ref)
	must(s.t, err)
	return image.RootFS.Layers[0]
}
