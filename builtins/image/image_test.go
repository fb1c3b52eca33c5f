package image

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scenario is a recipe in a directory of its own.
type scenario struct {
	t        testing.TB
	dir      string
	desired  *state.Desired
	recorded *state.Recorded
	options  Options
}

func newScenario(t testing.TB, name string) *scenario {
	dir := t.TempDir()
	return &scenario{
		t: t, dir: dir, options: Options{CacheDir: t.TempDir()},
		desired:  &state.Desired{Recipe: state.Recipe{Name: name, Origin: "test", Dir: dir}},
		recorded: &state.Recorded{Contexts: map[string]state.Manifest{}},
	}
}

func (s *scenario) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	must(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(s.t, os.WriteFile(path, []byte(text), 0o644))
}

// set declares image.NAME, with its steps on the lines of a file from 10 on.
func (s *scenario) set(name, spec string, needs ...addr.Addr) *state.Resource {
	s.t.Helper()
	r := &state.Resource{
		Addr: addr.New("image", name), Spec: json.RawMessage(spec), Needs: needs, Sources: map[string]state.Source{},
		Range: hcl.Range{Filename: "recipe.hcl", Start: hcl.Pos{Line: 3}},
	}
	for i := range 20 {
		at := hcl.Pos{Line: 10 + i, Byte: 100 + i}
		r.Sources[fmt.Sprintf("steps.%d.x.y", i)] = state.Source{Range: hcl.Range{Filename: "recipe.hcl", Start: at}}
	}
	s.desired.Resources = slices.DeleteFunc(s.desired.Resources, func(old *state.Resource) bool { return old.Addr == r.Addr })
	s.desired.Resources = append(s.desired.Resources, r)
	return r
}

// plan plans against an engine that has the containers besides its images.
func (s *scenario) plan(reader engine.Reader, containers ...engine.Container) (kind.Result, hcl.Diagnostics) {
	s.t.Helper()
	ctx := context.Background()
	desired := &state.Desired{Recipe: s.desired.Recipe, Resources: s.desired.Resources}
	images, err := reader.Images(ctx, map[string]string{label.Recipe: s.desired.Recipe.Name})
	must(s.t, err)
	observed := &state.Observed{Objects: Objects(s.desired.Recipe, images)}
	for _, c := range containers {
		observed.Objects = append(observed.Objects, state.Object{Type: "container", Addr: addr.New("service", "web"), Data: c})
	}
	must(s.t, Refine(ctx, reader, observed, desired, s.options))
	in := kind.Input{Desired: desired, Observed: observed, Recorded: s.recorded}
	for _, object := range observed.Objects {
		if object.Type == "image" && desired.Find(object.Addr) == nil {
			in.Orphans = append(in.Orphans, object)
		}
	}
	for _, r := range s.desired.Resources {
		if r.Addr.Kind == "image" {
			in.Resources = append(in.Resources, r)
		}
	}
	for a, c := range FactsOf(observed).Contents {
		defer func() { s.recorded.Contexts[a.String()] = c.Manifest }()
	}
	return new(Kind).Diff(in)
}

func text(result kind.Result) string {
	var b strings.Builder
	for _, c := range result.Changes {
		fmt.Fprintf(&b, "%s %s %s\n", c.Action, c.Addr, c.Summary)
	}
	for _, s := range result.Steps {
		fmt.Fprintf(&b, "%s: %s needs %v provides %v\n", s.Op, s.Title, s.Needs, s.Provides)
	}
	return b.String()
}

// shelf is an engine that has images, and a registry behind it.
type shelf struct {
	engine.Reader
	version string
	images  []engine.Image
	remote  map[string]string
	asked   int
}

func (s *shelf) Info(context.Context) (engine.Info, error) {
	return engine.Info{Version: s.version}, nil
}

func (s *shelf) Images(_ context.Context, labels map[string]string) ([]engine.Image, error) {
	return slices.DeleteFunc(slices.Clone(s.images), func(i engine.Image) bool {
		return i.Labels[label.Recipe] != labels[label.Recipe]
	}), nil
}

func (s *shelf) Image(_ context.Context, ref string) (engine.Image, error) {
	for _, image := range s.images {
		names := append(append(slices.Clone(image.Tags), image.Digests...), image.ID)
		for _, name := range names {
			digest := digestIn(ref)
			if name == plainRef(ref) && digest == "" || digest != "" && digest == digestIn(name) {
				return image, nil
			}
		}
	}
	return engine.Image{}, engine.ErrNotFound
}

func (s *shelf) RemoteDigest(_ context.Context, ref string) (string, error) {
	s.asked++
	if digest, ok := s.remote[ref]; ok {
		return digest, nil
	}
	return "", engine.ErrNotFound
}

// add puts what a build step would make on the shelf.
func (s *shelf) add(t testing.TB, step plan.Step) {
	t.Helper()
	var c buildConfig
	must(t, json.Unmarshal(step.Config, &c))
	s.images = append(s.images, engine.Image{
		ID: "sha256:" + shortHash(c.Ref), Tags: append([]string{c.Ref}, c.Tags...), Labels: c.Labels,
		Created: time.Unix(int64(len(s.images)), 0),
	})
}

func digestOf(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func TestSchema(t *testing.T) {
	if problems := schema.Validate([]schema.Block{*new(Kind).Schema()}); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestBuildOnlyWhatChanged(t *testing.T) {
	s, e := newScenario(t, "shop"), &shelf{version: "20.10.24"}
	s.write("page.html", "one")
	s.write("recipe.hcl", "x")
	const spec = `{"context":".","steps":[{"from":{"image":"scratch"}},{"copy":{"from":["*.html"],"to":"/"}}],"tags":["shop:dev"]}`
	s.set("web", spec)
	first, diags := s.plan(e)
	if diags.HasErrors() || len(first.Steps) != 1 || !first.Steps[0].Early || !strings.HasPrefix(text(first), "create image.web shop/web:") {
		t.Fatal(diags, text(first))
	}
	e.add(t, first.Steps[0])
	s.write("recipe.hcl", "y")
	s.write("README.md", "not copied")
	if again, _ := s.plan(e); len(again.Steps)+len(again.Changes) > 0 {
		t.Error("a second plan is not empty:", text(again))
	}
	s.write("page.html", "two")
	s.write("a.html", "")
	s.write("b.html", "")
	second, _ := s.plan(e)
	if got := text(second); !strings.Contains(got, "replace image.web") || second.Changes[0].Cause.Why != "page.html changed, 2 files added" || !strings.Contains(got, "image.remove: remove image shop/web:") {
		t.Error(got)
	}
	e.add(t, second.Steps[0])
	s.set("web", strings.Replace(spec, `"to":"/"`, `"to":"/x"`, 1))
	third, _ := s.plan(e)
	change := third.Changes[0]
	if len(change.Texts) != 1 || !strings.Contains(change.Texts[0].Before, "*.html /\n") || change.Cause.Line != 11 {
		t.Errorf("%+v", change)
	}
	s.write("page.html", "one")
	must(t, os.Remove(filepath.Join(s.dir, "a.html")))
	must(t, os.Remove(filepath.Join(s.dir, "b.html")))
	s.set("web", spec)
	if back, _ := s.plan(e); len(back.Steps) > 0 {
		t.Error("the earlier image is still there and not used:", text(back))
	}
}

func TestImagesInUseStay(t *testing.T) {
	s, e := newScenario(t, "shop"), &shelf{}
	s.set("web", `{"steps":[{"from":{"image":"scratch"}},{"env":{"vars":{"A":"1"}}}]}`)
	first, _ := s.plan(e)
	e.add(t, first.Steps[0])
	user := engine.Container{ImageID: e.images[0].ID}
	s.set("web", `{"steps":[{"from":{"image":"scratch"}},{"env":{"vars":{"A":"2"}}}]}`)
	if got, _ := s.plan(e, user); strings.Contains(text(got), "remove") {
		t.Error(text(got))
	}
	s.desired.Resources = nil
	got, _ := s.plan(e, user)
	if want := "image.remove: remove image " + e.images[0].Tags[0] + " needs [service.web@gone] provides []\n"; !strings.HasSuffix(text(got), want) {
		t.Errorf("got %s, want %s", text(got), want)
	}
	s.desired.Resources = []*state.Resource{{Addr: addr.New("service", "web"), Spec: json.RawMessage("{}")}}
	if got, _ := s.plan(e, user); len(got.Steps) > 0 {
		t.Error(text(got))
	}
}

func TestBasesAreResolvedOnceAndKept(t *testing.T) {
	s := newScenario(t, "shop")
	e := &shelf{remote: map[string]string{"golang:1.26": digestOf("a")}}
	const spec = `{"steps":[{"from":{"image":"golang:1.26"}},{"env":{"vars":{"A":"1"}}}]}`
	s.set("web", spec)
	first, diags := s.plan(e)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var c buildConfig
	must(t, json.Unmarshal(first.Steps[0].Config, &c))
	if want := "FROM golang:1.26@" + digestOf("a") + "\n"; !strings.HasPrefix(c.Dockerfile, want) {
		t.Errorf("%s, want %s", c.Dockerfile, want)
	}
	e.add(t, first.Steps[0])
	e.remote["golang:1.26"] = digestOf("b")
	e.images = append(e.images, engine.Image{ID: "sha256:b", Tags: []string{"golang:1.26"}, Digests: []string{"golang@" + digestOf("b")}})
	e.remote["golang:1.26@"+digestOf("a")] = digestOf("a")
	again, _ := s.plan(e)
	if len(again.Steps) > 0 || len(again.Notes) != 1 || !strings.Contains(again.Notes[0].Text, "--upgrade") {
		t.Error(text(again), again.Notes)
	}
	s.options.Upgrade = true
	upgraded, _ := s.plan(e)
	if len(upgraded.Changes) != 1 || len(upgraded.Changes[0].Fields) != 1 || upgraded.Changes[0].Fields[0].Path != "golang:1.26" {
		t.Errorf("%+v", upgraded.Changes)
	}
}

func TestImagesFromImages(t *testing.T) {
	s, e := newScenario(t, "shop"), &shelf{}
	base := addr.New("image", "base")
	s.set("base", `{"steps":[{"from":{"image":"scratch"}},{"env":{"vars":{"A":"1"}}}]}`)
	s.set("web", `{"steps":[{"from":{"image":{"ref":"image.base"}}},{"env":{"vars":{"B":"1"}}}]}`, base)
	got, diags := s.plan(e)
	if diags.HasErrors() || len(got.Steps) != 2 || !slices.Equal(got.Steps[1].Needs, []plan.ID{"image.base@ready"}) || !got.Steps[1].Early {
		t.Fatal(diags, text(got))
	}
	e.add(t, got.Steps[0])
	e.add(t, got.Steps[1])
	if again, _ := s.plan(e); len(again.Steps) > 0 {
		t.Error(text(again))
	}
	s.set("base", `{"steps":[{"from":{"image":"scratch"}},{"env":{"vars":{"A":"2"}}}]}`)
	slices.Reverse(s.desired.Resources)
	if both, _ := s.plan(e); len(both.Changes) != 2 {
		t.Error(text(both))
	}
}

func TestPulledImages(t *testing.T) {
	s := newScenario(t, "shop")
	e := &shelf{remote: map[string]string{"postgres:16": digestOf("a")}}
	s.set("db", `{"pull":"postgres:16"}`)
	service := &state.Resource{Addr: addr.New("service", "cache"), Spec: json.RawMessage(`{"image":"local/only:1"}`)}
	s.desired.Resources = append(s.desired.Resources, service)
	e.images = append(e.images, engine.Image{ID: digestOf("c"), Tags: []string{"local/only:1"}})
	got, diags := s.plan(e)
	if diags.HasErrors() || len(got.Steps) != 1 || got.Steps[0].Title != "pull postgres:16@"+digestOf("a") {
		t.Fatal(diags, text(got))
	}
	e.images = append(e.images, engine.Image{ID: digestOf("d"), Digests: []string{"postgres@" + digestOf("a")}})
	e.images = append(e.images, engine.Image{ID: digestOf("e"), Tags: []string{"postgres:16"}, Digests: []string{"postgres@" + digestOf("b")}})
	running := engine.Container{Image: "postgres:16@" + digestOf("a")}
	if kept, _ := s.plan(e, running); len(kept.Steps) > 0 || len(kept.Notes) != 1 {
		t.Error(text(kept), kept.Notes)
	}
	observed := &state.Observed{}
	must(t, Refine(context.Background(), e, observed, s.desired, s.options))
	c, ok := FactsOf(observed).Content("local/only:1")
	if !ok || c.Ref != "local/only:1" || c.ID != digestOf("c") {
		t.Errorf("%+v", c)
	}
	if _, needed := EnsureStep(service, "local/only:1", "", c); needed {
		t.Error("an image that the engine has is pulled")
	}
	s.set("none", `{"pull":"nobody/has:this"}`)
	if _, diags := s.plan(e); !diags.HasErrors() || !strings.Contains(diags[0].Detail, "nobody/has:this") {
		t.Error(diags)
	}
}

func TestOldEnginesAreTold(t *testing.T) {
	s := newScenario(t, "shop")
	s.write("a", "")
	s.set("web", `{"steps":[{"from":{"image":"scratch"}},{"copy":{"from":["."],"to":"/","exclude":["x"]}}]}`)
	_, diags := s.plan(&shelf{version: "20.10.24+dfsg1"})
	if len(diags) != 1 || diags[0].Detail != "The exclude of a copy block needs Docker 29.0; the engine is 20.10.24+dfsg1. Remove it, or update the engine." || diags[0].Subject.Start.Line != 11 {
		t.Error(diags)
	}
	for _, version := range []string{"29.0.1", "30.1", "dev"} {
		if _, diags := s.plan(&shelf{version: version}); diags.HasErrors() {
			t.Error(version, diags)
		}
	}
}

func TestValidate(t *testing.T) {
	for spec, want := range map[string]string{
		`{"context":"."}`:                                                        "Image of nothing",
		`{"pull":"a","dockerfile":"b"}`:                                          "Two sources",
		`{"pull":"a","steps":[{"from":{"image":"scratch"}}]}`:                    "Two sources",
		`{"pull":"A B"}`:                                                         "Invalid image reference",
		`{"pull":"a","args":{"X":"1"}}`:                                          "Argument without effect",
		`{"dockerfile":"D","tags":["A"]}`:                                        "Invalid tag",
		`{"dockerfile":"D","tags":["shop/web:0123456789ab"]}`:                    "Tag is taken",
		`{"dockerfile":"D","args":{"a b":"1"}}`:                                  "Invalid name",
		`{"steps":[{"from":{"image":"scratch","as":"x"}}],"target":"y"}`:         "Unknown stage",
		`{"steps":[{"from":{"image":"scratch"}},{"expose":{"ports":[]}}]}`:       "Invalid expose block",
		`{"steps":[{"from":{"image":{"ref":"image.a"}}},{"user":{"name":"a"}}]}`: "",
	} {
		s := newScenario(t, "shop")
		diags := new(Kind).Validate(s.set("web", spec), s.desired)
		if want == "" && len(diags) > 0 || want != "" && (len(diags) != 1 || !strings.HasPrefix(diags[0].Summary, want)) {
			t.Errorf("%s: %v, want %q", spec, diags, want)
		}
	}
}

func TestRepository(t *testing.T) {
	r := state.Recipe{Name: "shop"}
	seen := map[string]string{}
	for _, key := range []string{"", "blue", "Blue", "a_b", "a-b", "A-b"} {
		got := repository(r, addr.Addr{Kind: "image", Name: "web", Key: key})
		if other, taken := seen[got]; taken || plainRef(got+":1") != got+":1" {
			t.Errorf("%q gives %q, as does %q", key, got, other)
		}
		seen[got] = key
	}
	if _, plain := seen["shop/web-blue"]; !plain {
		t.Error(seen)
	}
}
