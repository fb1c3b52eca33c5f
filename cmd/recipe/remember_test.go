package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// changing is a plan that makes release "new" of web and of api and runs a job, in a world where "old" runs.
func changing() *planned {
	web, api, setup := addr.New("service", "web"), addr.New("service", "api"), addr.New("job", "setup")
	create := func(a addr.Addr) plan.Step {
		config, _ := json.Marshal(container.CreateConfig{Spec: engine.ContainerSpec{Labels: map[string]string{label.Release: "new"}}})
		return plan.Step{ID: plan.ID(a.String() + "/create"), Addr: a, Group: a.Name, Op: container.OpCreate, Config: config}
	}
	return &planned{
		Plan: &plan.Plan{Steps: []plan.Step{{ID: "job.setup/run", Addr: setup}, create(web), create(api)}},
		desired: &state.Desired{Resources: []*state.Resource{
			{Addr: setup, Spec: []byte(`"new"`)}, {Addr: web, Spec: []byte(`"new"`)}, {Addr: api, Spec: []byte(`"new"`)},
		}},
		observed: &state.Observed{Objects: []state.Object{
			{Addr: web, Name: "web-1", Release: "old", Generation: 2, Running: true},
			{Addr: web, Name: "web-0", Release: "older", Generation: 1},
			{Addr: api, Name: "api-1", Release: "old", Generation: 1, Running: true},
		}},
		recorded: &state.Recorded{Resources: map[string]json.RawMessage{
			"service.web": []byte(`"old"`), "service.api": []byte(`"old"`), "service.gone": []byte(`"old"`),
		}},
	}
}

func TestSettled(t *testing.T) {
	done := map[plan.ID]kind.Outputs{"job.setup/run": {"release": "r1"}}
	for _, c := range []struct {
		name               string
		result             *apply.Result
		resources, release string
		err                error
		outcome            string
	}{
		{"all done", &apply.Result{Outputs: done},
			"job.setup=new service.api=new service.web=new", "service.api=new service.web=new", nil, record.Done},
		{"one failed and was taken back", &apply.Result{Outputs: done,
			Failed: []*apply.StepError{{Addr: addr.New("service", "api"), Step: "service.api/create"}}, Reverted: []apply.Reverted{{Group: "api"}}},
			"job.setup=new service.api=old service.web=new", "service.api=old service.web=new", errors.New("failed"), record.Reverted},
		{"one was not begun", &apply.Result{Skipped: []plan.ID{"service.web/create"}},
			"job.setup=new service.api=new service.web=old", "service.api=new service.web=old", errors.New("failed"), record.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := changing()
			kept := *made.recorded
			made.applied(c.result).Settle(&kept)
			resources := map[string]string{}
			for name, spec := range kept.Resources {
				resources[name] = strings.Trim(string(spec), `"`)
			}
			if got := inOrder(resources); got != c.resources {
				t.Errorf("resources %s, want %s", got, c.resources)
			}
			if got := inOrder(made.applied(c.result).Releases()); got != c.release {
				t.Errorf("releases %s, want %s", got, c.release)
			}
			if want := c.result.Outputs["job.setup/run"]["release"]; kept.Jobs["job.setup"] != want {
				t.Errorf("the job's release is %q, want %q", kept.Jobs["job.setup"], want)
			}
			if got := record.Outcome(c.result, c.err); got != c.outcome {
				t.Errorf("it ended as %s, want %s", got, c.outcome)
			}
		})
	}
}

func inOrder(m map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, name+"="+m[name])
	}
	return strings.Join(list, " ")
}

// The traffic may go back to what ran before a release that was never finished: nothing is started then.
func TestReleasesAfterTheWayBack(t *testing.T) {
	web := addr.New("service", "web")
	config, _ := json.Marshal(container.StopConfig{Name: "web-2"})
	made := &planned{
		Plan:    &plan.Plan{Steps: []plan.Step{{ID: "stop", Addr: web, Op: container.OpStop, Config: config}}},
		desired: &state.Desired{},
		observed: &state.Observed{Objects: []state.Object{
			{Addr: web, Name: "web-1", Release: "old", Generation: 1, Running: true},
			{Addr: web, Name: "web-2", Release: "unfinished", Generation: 2, Running: true},
		}},
	}
	if got := made.applied(&apply.Result{Done: []plan.ID{"stop"}}).Releases(); got[web.String()] != "old" {
		t.Errorf("after the stop, the release is %q", got[web.String()])
	}
	if got := made.applied(&apply.Result{Skipped: []plan.ID{"stop"}}).Releases(); got[web.String()] != "unfinished" {
		t.Errorf("without the stop, the release is %q", got[web.String()])
	}
}
