package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/google/go-cmp/cmp"
)

// list makes a list of steps short to write.
func list(steps ...evaltest.Step) []evaltest.Step { return steps }

// switching is a plan with a group that is undone and a neighbour that goes on.
func switching() *plan.Plan {
	s := evaltest.S
	return evaltest.Plan(
		list(s("build"),
			s("start").In("web").After("build").UndoneBy("stop-new"),
			s("check").In("web").After("start"),
			s("shift").In("web").After("check").UndoneBy("shift-back"),
			s("commit").In("web").After("shift").Committing(),
			s("stop-old").In("web").After("commit"),
			s("prune").After("stop-old"),
			s("other").After("build")),
		list(s("stop-new"), s("shift-back")))
}

// run applies p in virtual time, each step taking a second, and compares the transcript.
func run(t *testing.T, p *plan.Plan, o apply.Options, faults []evaltest.Fault, want string) (*apply.Result, error) {
	t.Helper()
	return runCtx(t, context.Background(), p, o, faults, want)
}

func runCtx(t *testing.T, ctx context.Context, p *plan.Plan, o apply.Options, faults []evaltest.Fault, want string) (*apply.Result, error) {
	t.Helper()
	transcript := &evaltest.Transcript{Timed: true}
	o.Sink = transcript.Sink
	if o.Doers == nil {
		o.Doers = evaltest.Doers(p, evaltest.Idle(time.Second))
	}
	// No two steps end at the same moment, which would leave the order of their lines to chance.
	faults = append(faults, evaltest.Fault{Step: "other", Delay: 200 * time.Millisecond})
	o.Doers = (&evaltest.Faults{List: faults}).Wrap(o.Doers)
	result, err := apply.Run(ctx, p, o)
	var got strings.Builder
	for line := range strings.Lines(transcript.String()) {
		if !strings.Contains(line, "s start ") { // steps that start are seen by when they end
			got.WriteString(line)
		}
	}
	if diff := cmp.Diff(strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "\t", ""), got.String()); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	return result, err
}

func TestForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		result, err := run(t, switching(), apply.Options{Parallelism: 1}, nil, `
			1s done build (1.0s)
			2s done start (1.0s)
			3.2s done other (1.2s)
			4.2s done check (1.0s)
			5.2s done shift (1.0s)
			6.2s done commit (1.0s)
			7.2s done stop-old (1.0s)
			8.2s done prune (1.0s)
			`)
		if err != nil || len(result.Done) != 8 {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}

func TestFailureIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults := []evaltest.Fault{{Step: "shift", Fail: true}, {Step: "other", Delay: 5 * time.Second}}
		result, err := run(t, switching(), apply.Options{}, faults, `
			1s done build (1.0s)
			2s done start (1.0s)
			3s done check (1.0s)
			3s FAILED shift: injected fault
			3s skip commit
			3s skip stop-old
			3s skip prune
			3s revert web: shift-back, stop-new
			4s done undo shift-back (1.0s)
			5s done undo stop-new (1.0s)
			7s done other (6.0s)
			`)
		var failed *apply.StepError
		if !errors.As(err, &failed) || failed.Step != "shift" || !errors.Is(err, evaltest.ErrInjected) {
			t.Errorf("error %v", err)
		}
		want := []apply.Reverted{{Group: "web", Steps: []plan.ID{"shift-back", "stop-new"}}}
		if diff := cmp.Diff(want, result.Reverted); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAfterCommitNothingIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := switching()
		p.Steps = append(p.Steps, evaltest.S("stop-old-2").In("web").After("commit").Step)
		result, _ := run(t, p, apply.Options{}, []evaltest.Fault{{Step: "stop-old", Fail: true}}, `
			1s done build (1.0s)
			2s done start (1.0s)
			2.2s done other (1.2s)
			3s done check (1.0s)
			4s done shift (1.0s)
			5s done commit (1.0s)
			5s FAILED stop-old: injected fault
			5s skip prune
			6s done stop-old-2 (1.0s)
			`)
		if len(result.Reverted) != 0 {
			t.Errorf("reverted %v", result.Reverted)
		}
	})
}

// What was made for others alone goes when none of them stands, and only then.
func TestAncillaryGoesWithTheLastUser(t *testing.T) {
	s := evaltest.S
	made := evaltest.Plan(
		list(s("network").In("net").Aiding().Reaching("net@ready").UndoneBy("remove"),
			s("web").In("web").After("net@ready").UndoneBy("stop-web"),
			s("db").In("db").After("net@ready", "web").UndoneBy("stop-db")),
		list(s("remove"), s("stop-web"), s("stop-db")))
	for _, test := range []struct{ name, fails, want string }{
		{"none stands", "web", `
			1s done network (1.0s)
			1s FAILED web: injected fault
			1s skip db
			1s revert web: stop-web
			2s done undo stop-web (1.0s)
			2s revert net: remove
			3s done undo remove (1.0s)
			`},
		{"one stands", "db", `
			1s done network (1.0s)
			2s done web (1.0s)
			2s FAILED db: injected fault
			2s revert db: stop-db
			3s done undo stop-db (1.0s)
			`},
		{"all stand", "", `
			1s done network (1.0s)
			2s done web (1.0s)
			3s done db (1.0s)
			`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run(t, made, apply.Options{}, []evaltest.Fault{{Step: plan.ID(test.fails), Fail: true}}, test.want)
			})
		})
	}
}

// A group waits for its running steps before it goes back, and what it had not begun never begins.
func TestRevertWaitsForTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := evaltest.S
		p := evaltest.Plan(
			list(s("a").In("g").UndoneBy("not-a"), s("b").In("g").UndoneBy("not-b", "not-a"), s("c").In("g").After("b")),
			list(s("not-a"), s("not-b")))
		faults := []evaltest.Fault{{Step: "a", Fail: true}, {Step: "b", Delay: time.Second}}
		run(t, p, apply.Options{}, faults, `
			0s FAILED a: injected fault
			0s skip c
			2s done b (2.0s)
			2s revert g: not-b, not-a
			3s done undo not-b (1.0s)
			4s done undo not-a (1.0s)
			`)
	})
}

// What a group needs from outside may fail: then the group cannot be finished, and goes back too.
func TestGroupThatCannotBeFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := evaltest.S
		p := evaltest.Plan(
			list(s("migrate"), s("start").In("web").UndoneBy("stop"), s("shift").In("web").After("start", "job.migrate@ready"),
				s("done").After("migrate").Reaching("job.migrate@ready")),
			list(s("stop")))
		run(t, p, apply.Options{}, []evaltest.Fault{{Step: "migrate", Delay: 3 * time.Second, Fail: true}}, `
			1s done start (1.0s)
			3s FAILED migrate: injected fault (3.0s)
			3s skip done
			3s skip shift
			3s revert web: stop
			4s done undo stop (1.0s)
			`)
	})
}

func TestPausedGroupStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := switching()
		p.Undo = append(p.Undo, evaltest.S("note").Step)
		p.Pause = []plan.Pausing{{Group: "web", After: "start", Note: "note"}}
		result, _ := run(t, p, apply.Options{}, []evaltest.Fault{{Step: "check", Fail: true}}, `
			1s done build (1.0s)
			2s done start (1.0s)
			2s FAILED check: injected fault
			2s skip shift
			2s skip commit
			2s skip stop-old
			2s skip prune
			2s pausing web: note
			2.2s done other (1.2s)
			3s done undo note (1.0s)
			`)
		if !slices.Equal(result.Paused, []string{"web"}) {
			t.Errorf("paused %v", result.Paused)
		}
	})
}

func TestParallelism(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps []evaltest.Step
		for i := range 100 {
			steps = append(steps, evaltest.S(strings.Repeat("x", i+1)))
		}
		p := evaltest.Plan(steps, nil)
		began := time.Now()
		if _, err := apply.Run(t.Context(), p, apply.Options{Doers: evaltest.Doers(p, evaltest.Idle(time.Second))}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("100 steps of 1s, 10 at a time, took %v", took)
		}
	})
}

func TestOutputsAndSecretsReachSteps(t *testing.T) {
	s := evaltest.S
	p := evaltest.Plan(list(s("make"), s("use").After("make")), nil)
	doers := map[plan.Op]kind.Doer{
		"make": kind.DoerFunc(func(context.Context, plan.Step, kind.Inputs) (kind.Outputs, error) {
			return kind.Outputs{"id": "c1"}, nil
		}),
		"use": kind.DoerFunc(func(_ context.Context, _ plan.Step, in kind.Inputs) (kind.Outputs, error) {
			id, ok := in.Output("make", "id")
			if id != "c1" || !ok {
				t.Errorf("output %q, %v", id, ok)
			}
			_, err := in.Secret("env.TOKEN")
			return nil, err
		}),
	}
	result, err := apply.Run(t.Context(), p, apply.Options{Doers: doers})
	if err == nil || !strings.Contains(err.Error(), "no secret is known for env.TOKEN of service.web") {
		t.Errorf("error %v", err)
	}
	if result.Outputs["make"]["id"] != "c1" {
		t.Errorf("outputs %v", result.Outputs)
	}
}

func TestMissingDoer(t *testing.T) {
	p := evaltest.Plan(list(evaltest.S("fly")), nil)
	_, err := apply.Run(t.Context(), p, apply.Options{})
	if err == nil || err.Error() != `nothing here can carry out "fly", which step "fly" asks for` {
		t.Errorf("error %v", err)
	}
}
