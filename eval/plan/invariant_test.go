package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/plan"
)

// What each invariant says when it is broken, beside how it is broken.
func TestViolations(t *testing.T) {
	for _, test := range []struct {
		name  string
		plan  func() *plan.Plan
		spoil func(p *plan.Plan)
		want  string
	}{
		{"traffic before the check", switchover, func(p *plan.Plan) { p.Steps[2].Needs = []plan.ID{"start"} }, `
			invariant 1: b1 becomes ready before it passed its checks (shift); for example after start > shift
		`},
		{"traffic to nobody", switchover, func(p *plan.Plan) { p.Steps[2].Effects = do("weight 100", "ready b1") }, `
			invariant 1: side b of web gets requests and has no ready server that passed; for example after start > check > shift
		`},
		{"old drained during a canary", switchover, func(p *plan.Plan) { p.Steps[2].Effects = do("ready b1", "weight 10") }, `
			invariant 1: side a of web gets requests and has no ready server that passed; for example after start > check > shift > drain
		`},
		{"commit too late", switchover, func(p *plan.Plan) { p.Steps[2].Commit, p.Steps[4].Commit = false, true }, `
			invariant 5: it has no undo, gives no reason for that, and follows no commit (drain)
			invariant 1: side a of web gets requests and has no ready server that passed; for example after start > check > shift > drain, then web fails and is taken back: reset
		`},
		{"not drained", switchover, func(p *plan.Plan) { p.Steps[4].Needs = []plan.ID{"shift"} }, `
			invariant 2: a1 stops before it drained (stop); for example after start > check > shift > stop
		`},
		{"wrong way back", switchover, func(p *plan.Plan) { p.Undo[1].Effects = do("drained b1") }, `
			invariant 1: side b of web gets requests and has no ready server that passed; for example after start > check > shift, then web fails and is taken back: reset
		`},
		{"late failure", switchover, func(p *plan.Plan) { p.Steps[3].Early = true }, `
			invariant 3: others could notice an early step (drain)
		`},
		{"failure beside the switch", switchover, func(p *plan.Plan) {
			build := evaltest.S("build").In("web").Step
			build.Early = true
			p.Steps = append(p.Steps, build)
		}, `
			invariant 3: others could notice a step while an early one may still fail (shift, build)
			invariant 3: others could notice a step while an early one may still fail (drain, build)
			invariant 3: others could notice a step while an early one may still fail (stop, build)
		`},
		{"two writers", exclusive, func(p *plan.Plan) { p.Steps[3].Needs = []plan.ID{"hold"} }, `
			invariant 4: a1 and b1 both run with data, which is exclusive; for example after hold > start
		`},
		{"two writers on the way back", exclusive, func(p *plan.Plan) { p.Steps[3].Undo = nil; p.Steps[3].Irreversible = "why not" }, `
			invariant 4: a1 and b1 both run with data, which is exclusive; for example after hold > drain > stop > start, then web fails and is taken back: start-old
		`},
		{"silent hold", exclusive, func(p *plan.Plan) { p.Interruptions = nil }, `
			invariant 1: the requests of web wait, and no interruption says so (hold)
		`},
		{"no bound", exclusive, func(p *plan.Plan) { p.Interruptions[0].Bound = 0 }, `
			invariant 1: the interruption of web has no bound
		`},
		{"hold for ever", exclusive, func(p *plan.Plan) { p.Steps[6].Effects = nil }, `
			invariant 1: the requests of web still wait at the end
		`},
		{"protected", switchover, func(p *plan.Plan) {
			p.Steps[4].Effects = append(p.Steps[4].Effects, plan.Effect{Kind: plan.Remove, Object: "shop-uploads", Protected: true})
		}, `
			invariant 4: shop-uploads is protected and would be removed (stop)
		`},
		{"no order", switchover, func(p *plan.Plan) {
			p.Steps = append(p.Steps, evaltest.S("again").In("web").UndoneBy("reset").Does(do("weight 100")...).Step)
		}, `
			the traffic of web is changed, or its change undone, by steps that have no order (shift, again)
			whether web's server of b1 is ready is changed, or its change undone, by steps that have no order (shift, again)
		`},
		{"no meaning", switchover, func(p *plan.Plan) { p.Steps[0].Effects[0].Instance = "" }, `
			the effect "start" lacks an instance (start)
		`},
	} {
		p := test.plan()
		test.spoil(p)
		want := strings.ReplaceAll(strings.TrimSpace(test.want), "\t", "")
		if got := strings.TrimSpace(errors(plan.Validate(p))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, want)
		}
	}
}

// Where a plan says that requests fail, they may.
func TestDeclaredInterruption(t *testing.T) {
	p := switchover()
	p.Steps[4].Needs = nil // the old one stops whenever
	p.Interruptions = []plan.Interruption{{Group: "web", Why: "it publishes its port", Bound: time.Minute}}
	p.Steps[4].Irreversible = "declared"
	if found := plan.Validate(p); len(found) > 0 {
		t.Error(errors(found))
	}
}

// Services that switch together each need a server of their own.
func TestEachServiceIsCovered(t *testing.T) {
	p := switchover()
	p.Traffic[0].Instances = append(p.Traffic[0].Instances, plan.Instance{Name: "a-api", Service: "api", Side: "a", Ready: true})
	want := "invariant 1: side b of web/api gets requests and has no ready server that passed; for example after start > check > shift\n"
	if got := errors(plan.Validate(p)); got != want {
		t.Errorf("got %s", got)
	}
	p.Steps[2].Effects = append(do("remove"), p.Steps[2].Effects...)
	p.Steps[2].Effects[0].Service = "api" // its door closes first
	if found := plan.Validate(p); len(found) > 0 {
		t.Error(errors(found))
	}
}

// A first release has nobody to serve until its door opens; taken back, the door goes again.
func TestFirstRelease(t *testing.T) {
	p := switchover()
	p.Steps, p.Traffic = p.Steps[:3], nil
	p.Undo[1].Effects = do("remove", "drained b1")
	if found := plan.Validate(p); len(found) > 0 {
		t.Error(errors(found))
	}
}

// A worker behind no port keeps working until the new one has passed.
func TestWorkerIsReplaced(t *testing.T) {
	worker := func(needs string) *plan.Plan {
		p := evaltest.Plan(with("start!undo check<start stop<"+needs, map[string]string{
			"start": "start b1", "check": "passed b1", "stop": "stop a1"}), with("undo", map[string]string{"undo": "stop b1"}))
		for i := range p.Steps {
			p.Steps[i].Effects[0].Side = ""
		}
		p.Traffic = traffic("a1")
		p.Traffic[0].Instances[0] = plan.Instance{Name: "a1"}
		p.Steps[1].Commit = true
		p.Steps[2].Irreversible = "declared"
		return p
	}
	if found := plan.Validate(worker("check")); len(found) > 0 {
		t.Error(errors(found))
	}
	want := "invariant 2: a1 stops before its replacement passed (stop); for example after start > stop\n"
	if got := errors(plan.Validate(worker("start"))); got != want {
		t.Errorf("got %s", got)
	}
}

func TestSecretsInPlans(t *testing.T) {
	p := switchover()
	p.Steps[0].Config = json.RawMessage(`{"env": {"A": "x-hunter2-y", "hunter2": "B"}, "auth": "aHVudGVyMg=="}`)
	want := `invariant 6: a sensitive value stands in plan.steps[0].config.auth
invariant 6: a sensitive value stands in plan.steps[0].config.env.A
invariant 6: a sensitive value stands in a key of plan.steps[0].config.env
`
	if got := errors(plan.ValidateSecrets(p, []string{"hunter2", "b1", ""})); got != want {
		t.Errorf("got %s", got)
	}
}

// A thousand services of five instances each are proved while a person waits.
func TestValidateIsFast(t *testing.T) {
	p := large(1000, 5)
	began := time.Now()
	if found := plan.Validate(p); len(found) > 0 {
		t.Fatal(found[0])
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%d steps took %v", len(p.Steps), took)
	} else {
		t.Logf("%d steps took %v", len(p.Steps), took)
	}
}

// large is a plan in which services switch, each with its instances.
func large(services, instances int) *plan.Plan {
	p := evaltest.Plan(steps("network>network@ready"), nil)
	for s := range services {
		group := fmt.Sprint("g", s)
		effect := func(kind plan.EffectKind, side string, i int) plan.Effect {
			return plan.Effect{Kind: kind, Group: group, Side: side, Instance: fmt.Sprintf("%s-%s-%d", group, side, i)}
		}
		add := func(step evaltest.Step) { p.Steps = append(p.Steps, step.In(group).Step) }
		id := func(name string, i int) plan.ID { return plan.ID(fmt.Sprint(group, name, i)) }
		shift := evaltest.S(group + "shift").UndoneBy(id("reset", 0)).Committing()
		reset := evaltest.S(string(id("reset", 0))).Does(plan.Effect{Kind: plan.Weight, Group: group})
		drain := evaltest.S(group + "drain").After(shift.ID)
		t := plan.Traffic{Group: group}
		for i := range instances {
			t.Instances = append(t.Instances, plan.Instance{Name: effect("", "a", i).Instance, Side: "a", Ready: true})
			add(evaltest.S(string(id("start", i))).After("network@ready").UndoneBy(id("stop-new", i)).Does(effect(plan.Start, "b", i)))
			add(evaltest.S(string(id("check", i))).After(id("start", i)).Does(effect(plan.Passed, "b", i)))
			p.Undo = append(p.Undo, evaltest.S(string(id("stop-new", i))).Does(effect(plan.Stop, "b", i)).Step)
			shift = shift.After(id("check", i)).Does(effect(plan.Ready, "b", i))
			reset = reset.Does(effect(plan.Drained, "b", i))
			drain = drain.Does(effect(plan.Drained, "a", i))
		}
		add(shift.Does(plan.Effect{Kind: plan.Weight, Group: group, Percent: 100}))
		add(drain)
		for i := range instances {
			add(evaltest.S(string(id("stop", i))).After(drain.ID).Does(effect(plan.Stop, "a", i)))
		}
		p.Undo = append(p.Undo, reset.Step)
		p.Traffic = append(p.Traffic, t)
	}
	return p
}
