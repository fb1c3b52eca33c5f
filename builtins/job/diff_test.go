package job_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/job"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/evaltest/golden"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/hashicorp/hcl/v2"
)

var migrate = addr.New("job", "migrate")

// spec is a job's with one more argument.
func spec(more string) json.RawMessage {
	return json.RawMessage(`{` + more + `"image":"app:1","timeout":"10m0s"}`)
}

const (
	wanted  = `"command":["migrate","2"],`
	earlier = `"command":["migrate","1"],`
)

func release(t *testing.T, more string) string {
	t.Helper()
	s, err := container.Parse(spec(more))
	if err != nil {
		t.Fatal(err)
	}
	return s.Release("content")
}

// made is a container of the job migrate.
func made(t *testing.T, more string, is engine.State, exit int) state.Object {
	t.Helper()
	name := container.Name("shop", migrate, release(t, more), 1)
	return state.Object{Type: "container", Addr: migrate, ID: name, Name: name, Release: release(t, more), Running: is == engine.Running,
		Spec: spec(more), Data: engine.Container{ID: name, Name: name, State: is, ExitCode: exit}}
}

// witness is a service's container that started after a release of the job migrate.
func witness(t *testing.T, generation int, more string) state.Object {
	t.Helper()
	name := fmt.Sprint("shop-web-", generation)
	return state.Object{Type: "container", Addr: addr.New("service", "web"), ID: name, Name: name, Generation: generation, Data: engine.Container{
		ID: name, Name: name, State: engine.Exited, Labels: map[string]string{label.Jobs: "job.migrate=" + release(t, more)}}}
}

func TestPlans(t *testing.T) {
	for name, scene := range map[string]struct {
		specs    []string // of migrate, and of others
		made     []state.Object
		recorded string // release done, by the record
		mode     kind.Mode
	}{
		"first":                   {specs: []string{wanted}},
		"done":                    {specs: []string{wanted}, made: []state.Object{made(t, wanted, engine.Exited, 0)}},
		"done_by_the_record":      {specs: []string{wanted}, recorded: wanted},
		"other_by_the_record":     {specs: []string{wanted}, recorded: earlier},
		"changed":                 {specs: []string{wanted}, made: []state.Object{made(t, earlier, engine.Exited, 0)}, recorded: earlier},
		"failed_before":           {specs: []string{wanted}, made: []state.Object{made(t, wanted, engine.Exited, 3)}},
		"running":                 {specs: []string{wanted}, made: []state.Object{made(t, wanted, engine.Running, 0)}},
		"earlier_running":         {specs: []string{wanted}, made: []state.Object{made(t, earlier, engine.Running, 0)}},
		"died_before_the_removal": {specs: []string{wanted}, made: []state.Object{made(t, earlier, engine.Exited, 0), made(t, wanted, engine.Exited, 0)}},
		"done_by_a_witness":       {specs: []string{wanted}, made: []state.Object{witness(t, 2, wanted), witness(t, 1, earlier)}},
		"other_by_the_newest":     {specs: []string{wanted}, made: []state.Object{witness(t, 1, wanted), witness(t, 2, earlier)}},
		"witness_of_the_way_back": {specs: []string{wanted}, made: []state.Object{made(t, earlier, engine.Exited, 0), witness(t, 1, wanted)}},
		"witness_and_record":      {specs: []string{wanted}, made: []state.Object{witness(t, 1, wanted)}, recorded: earlier},
		"removed":                 {made: []state.Object{made(t, wanted, engine.Exited, 0)}},
		"rollback":                {specs: []string{wanted}, made: []state.Object{made(t, earlier, engine.Exited, 0)}, mode: kind.Rollback},
		"two_on_one_image":        {specs: []string{wanted, earlier}},
		"volumes": {specs: []string{
			`"mount":{"/b":{"volume":{"ref":"volume.b"}},"/a":{"volume":{"ref":"volume.a"}},"/c":{"source":"/c"}},`}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &state.Desired{Recipe: state.Recipe{Name: "shop", Origin: "here"}}
			for i, more := range scene.specs {
				a := migrate
				if i > 0 {
					a.Name = fmt.Sprint("migrate", i+1)
				}
				d.Resources = append(d.Resources, &state.Resource{Addr: a, Spec: spec(more), Range: hcl.Range{Filename: "shop.recipe.hcl", Start: hcl.Pos{Line: 7}}})
			}
			o := &state.Observed{Objects: scene.made}
			world.SetFacts(o, &world.Known{Networks: []engine.Network{{Name: "shop-default", Subnet: netip.MustParsePrefix("10.200.0.0/21")}}})
			recorded := &state.Recorded{}
			if scene.recorded != "" {
				recorded.Jobs = map[string]string{migrate.String(): release(t, scene.recorded)}
			}
			mode := scene.mode
			if mode == "" {
				mode = kind.Apply
			}
			p, diags := diff.Make(diff.Input{Kinds: []kind.Kind{job.Kind{Image: pulled}}, Desired: d, Observed: o, Recorded: recorded, Mode: mode, Engine: "engine"})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			golden.Check(t, filepath.Join("testdata", name+".txt"), transcript(t, p))
		})
	}
}

// pulled finds an image that the engine does not have, which the first to ask pulls.
func pulled(in kind.Input, r *state.Resource, _ container.Image, _ string) (container.Found, kind.Result, error) {
	found := container.Found{Ref: "app:1", Content: "content", Ready: []plan.ID{"pull app:1"}}
	for _, s := range in.Done.Steps {
		if s.ID == "pull app:1" {
			return found, kind.Result{}, nil
		}
	}
	return found, kind.Result{Steps: []plan.Step{{ID: "pull app:1", Addr: r.Addr, Title: "pull app:1", Early: true, Cause: plan.Cause{Why: "it is not there"}}}}, nil
}

func TestImageNotFound(t *testing.T) {
	at := hcl.Range{Filename: "shop.recipe.hcl", Start: hcl.Pos{Line: 9}}
	find := func(kind.Input, *state.Resource, container.Image, string) (container.Found, kind.Result, error) {
		return container.Found{}, kind.Result{}, errors.New("no such image")
	}
	var jobs []*state.Resource
	for _, name := range []string{"a", "b"} {
		jobs = append(jobs, &state.Resource{Addr: addr.New("job", name), Spec: spec(""), Sources: map[string]state.Source{"image": {Range: at}}})
	}
	_, diags := job.Kind{Image: find}.Diff(kind.Input{Desired: &state.Desired{Resources: jobs}, Observed: &state.Observed{}, Resources: jobs, Mode: kind.Apply})
	if len(diags) != 2 || diags[0].Subject == nil || *diags[0].Subject != at {
		t.Errorf("got %v", diags)
	}
}

// transcript tells a plan in a form that a reviewer can read.
func transcript(t *testing.T, p *plan.Plan) string {
	t.Helper()
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s: %s\n    because %s, line %d\n", c.Action, c.Addr, c.Summary, c.Cause.Why, c.Cause.Line)
	}
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s: %s, because %s\n", s.ID, s.Title, s.Cause.Why)
		if len(s.Needs) > 0 {
			fmt.Fprintf(&b, "    needs %v\n", s.Needs)
		}
		if s.Op != job.OpRun {
			continue
		}
		var c job.RunConfig
		if err := json.Unmarshal(s.Config, &c); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "    restart %s, timeout %s, limit %s, mounts %v\n", c.Create.Spec.Restart, c.Timeout, s.Limit, c.Create.Spec.Mounts)
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}
