package diff_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// scripted is a kind whose Diff is a function.
type scripted struct {
	name string
	diff func(kind.Input) (kind.Result, hcl.Diagnostics)
}

func (s scripted) Schema() *schema.Block { return &schema.Block{Name: s.name} }
func (s scripted) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) {
	return cty.NilVal, nil
}
func (s scripted) Validate(*state.Resource, *state.Desired) hcl.Diagnostics { return nil }
func (s scripted) Diff(in kind.Input) (kind.Result, hcl.Diagnostics)        { return s.diff(in) }

// making creates every resource and removes every orphan, one step each; needs tells what a step needs.
func making(name string, needs map[string][]plan.ID) scripted {
	return scripted{name, func(in kind.Input) (kind.Result, hcl.Diagnostics) {
		var out kind.Result
		add := func(a addr.Addr, action plan.Action) {
			id := plan.ID(a.String() + "/" + string(action))
			out.Changes = append(out.Changes, plan.Change{Addr: a, Action: action})
			out.Steps = append(out.Steps, plan.Step{ID: id, Addr: a, Op: "test", Title: string(id),
				Needs: needs[a.String()], Provides: []plan.ID{plan.ReadyID(a)}, Irreversible: "a test"})
		}
		for _, r := range in.Resources {
			add(r.Addr, plan.Create)
		}
		for _, o := range in.Orphans {
			add(o.Addr, plan.Delete)
		}
		return out, nil
	}}
}

func world() diff.Input {
	web, db, net, old := addr.New("service", "web"), addr.New("service", "db"), addr.New("network", "back"), addr.New("service", "old")
	return diff.Input{
		Kinds: []kind.Kind{
			making("network", nil),
			making("service", map[string][]plan.ID{"service.web": {"network.back@ready", "service.db@ready"}, "service.old": {"service.web@ready"}}),
		},
		Desired: &state.Desired{Recipe: state.Recipe{Name: "shop"}, Resources: []*state.Resource{{Addr: net}, {Addr: db}, {Addr: web}}},
		Observed: &state.Observed{Objects: []state.Object{
			{Type: "container", Addr: old, Name: "shop-old-1"},
			{Type: "container", Addr: web, Name: "shop-web-0"}, // of an earlier release: no orphan
			{Type: "thing", Addr: addr.New("gadget", "x"), Name: "shop-x"},
		}},
		Recorded: &state.Recorded{History: []state.Entry{{Result: "applied"}}},
		Mode:     kind.Apply, Engine: "engine",
	}
}

func TestMakeOrders(t *testing.T) {
	p, diags := diff.Make(world())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var changes, steps []string
	for _, c := range p.Changes {
		changes = append(changes, string(c.Action)+" "+c.Addr.String())
	}
	for _, s := range p.Steps {
		steps = append(steps, s.Title)
	}
	if want := []string{"create network.back", "create service.db", "create service.web", "delete service.old"}; !reflect.DeepEqual(changes, want) {
		t.Errorf("changes %q, want %q", changes, want)
	}
	if want := []string{"network.back/create", "service.db/create", "service.web/create", "service.old/delete"}; !reflect.DeepEqual(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0].Text, "shop-x") {
		t.Errorf("notes %+v, want one on shop-x, which no kind knows", p.Notes)
	}
}

func TestMakeIsDeterministic(t *testing.T) {
	first, _ := diff.Make(world())
	for range 20 {
		again, _ := diff.Make(world())
		if plan.Digest(first) != plan.Digest(again) {
			t.Fatal("two plans of one world differ")
		}
	}
}

func TestKindsSeeWhatWasDecidedBefore(t *testing.T) {
	in := world()
	seen := -1
	in.Kinds = append(in.Kinds, scripted{"port", func(in kind.Input) (kind.Result, hcl.Diagnostics) {
		seen = len(in.Done.Steps)
		return kind.Result{}, nil
	}})
	if _, diags := diff.Make(in); diags.HasErrors() {
		t.Fatal(diags)
	}
	if seen != 4 {
		t.Errorf("the last kind saw %d steps of those before it, want 4", seen)
	}
}

// What a kind does wrong must never be shown as a plan.
func TestFaultsOfKindsAreInternal(t *testing.T) {
	result := func(r kind.Result) []kind.Kind {
		return []kind.Kind{scripted{"service", func(kind.Input) (kind.Result, hcl.Diagnostics) { return r, nil }}}
	}
	config, _ := json.Marshal(map[string]string{})
	step := func(id plan.ID, needs ...plan.ID) plan.Step {
		return plan.Step{ID: id, Op: "test", Needs: needs, Config: config, Irreversible: "a test"}
	}
	protected := step("a")
	protected.Effects = []plan.Effect{{Kind: plan.Remove, Object: "data", Protected: true}}
	for name, r := range map[string]kind.Result{
		"a circle":           {Steps: []plan.Step{step("a", "b"), step("b", "a")}},
		"a missing step":     {Steps: []plan.Step{step("a", "b")}},
		"a protected object": {Steps: []plan.Step{protected}},
	} {
		in := world()
		in.Kinds = result(r)
		p, diags := diff.Make(in)
		if p != nil || !diags.HasErrors() || diag.CodeOf(diags[0]) != diag.Internal {
			t.Errorf("%s: plan %v, diagnostics %v; want an internal error and no plan", name, p, diags)
		}
	}
}

func TestErrorsOfKindsStopThePlan(t *testing.T) {
	in := world()
	in.Kinds = append(in.Kinds, scripted{"port", func(kind.Input) (kind.Result, hcl.Diagnostics) {
		return kind.Result{}, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, nil, "No", "No.")}
	}})
	if p, diags := diff.Make(in); p != nil || len(diags) != 1 {
		t.Errorf("plan %v, diagnostics %v", p, diags)
	}
}

// A record that was lost costs explanations only: the same steps, and a note.
func TestLostRecord(t *testing.T) {
	known, _ := diff.Make(world())
	in := world()
	in.Recorded = nil
	lost, _ := diff.Make(in)
	if !reflect.DeepEqual(known.Steps, lost.Steps) {
		t.Errorf("steps %v, with a record %v", lost.Steps, known.Steps)
	}
	if last := lost.Notes[len(lost.Notes)-1].Text; !strings.Contains(last, "no apply has left a record") {
		t.Errorf("the last note says %q", last)
	}
}
