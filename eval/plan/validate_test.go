package plan_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/evaltest/orders"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/plan"
	"pgregory.net/rapid"
)

// side tells by its name where an instance of these tests stands.
func side(instance string) string { return instance[:1] }

// do reads effects: "start b1", "weight 100", "hold", each about the group web.
func do(texts ...string) []plan.Effect {
	var list []plan.Effect
	for _, text := range texts {
		var kind, what string
		fmt.Sscan(text, &kind, &what)
		e := plan.Effect{Kind: plan.EffectKind(kind), Group: "web"}
		if e.Kind == plan.Weight {
			fmt.Sscan(what, &e.Percent)
		} else if what != "" {
			e.Instance, e.Side = strings.TrimSuffix(what, "!"), side(what)
			if strings.HasSuffix(what, "!") {
				e.Writes = []string{"data"}
			}
		}
		list = append(list, e)
	}
	return list
}

// with gives the steps of a text their effects: "start: start b1".
func with(text string, effects map[string]string) []evaltest.Step {
	list := steps(text)
	for i := range list {
		if what := effects[string(list[i].ID)]; what != "" {
			list[i] = list[i].In("web").Does(do(strings.Split(what, ", ")...)...)
		}
	}
	return list
}

// traffic is what serves before the plans of these tests: side a.
func traffic(instances ...string) []plan.Traffic {
	t := plan.Traffic{Group: "web"}
	for _, name := range instances {
		i := plan.Instance{Name: strings.TrimSuffix(name, "!"), Side: side(name), Ready: true}
		if i.Name != name {
			i.Writes = []string{"data"}
		}
		t.Instances = append(t.Instances, i)
	}
	return []plan.Traffic{t}
}

// switchover is a right plan: b1 takes over from a1.
func switchover() *plan.Plan {
	p := evaltest.Plan(
		with("start!stop-new check<start shift<check!reset drain<shift stop<drain", map[string]string{
			"start": "start b1", "check": "passed b1", "shift": "ready b1, weight 100", "drain": "drained a1", "stop": "stop a1"}),
		with("stop-new reset", map[string]string{"stop-new": "stop b1", "reset": "weight 0, drained b1"}))
	p.Steps[2].Commit = true
	p.Traffic = traffic("a1")
	return p
}

// exclusive is a right plan: requests wait while b1, the only writer, takes over from a1.
func exclusive() *plan.Plan {
	p := evaltest.Plan(
		with("hold!release-again drain<hold!ready-old stop<drain!start-old start<stop!stop-new check<start shift<check!reset release<shift", map[string]string{
			"hold": "hold", "drain": "drained a1", "stop": "stop a1", "start": "start b1!", "check": "passed b1",
			"shift": "ready b1, weight 100", "release": "release"}),
		with("release-again ready-old start-old stop-new reset", map[string]string{
			"release-again": "release", "ready-old": "ready a1", "start-old": "start a1, passed a1", "stop-new": "stop b1",
			"reset": "weight 0, drained b1"}))
	p.Steps[5].Commit = true
	p.Traffic = traffic("a1!")
	p.Interruptions = []plan.Interruption{{Group: "web", Held: true, Bound: time.Minute}}
	return p
}

func errors(list []plan.Violation) string {
	var b strings.Builder
	for _, v := range list {
		b.WriteString(v.Error() + "\n")
	}
	return b.String()
}

func TestRightPlans(t *testing.T) {
	for name, p := range map[string]*plan.Plan{"switchover": switchover(), "exclusive": exclusive()} {
		if found := plan.Validate(p); len(found) > 0 {
			t.Errorf("%s:\n%s", name, errors(found))
		}
		if r, err := orders.Compare(p, wholly()); err != nil || len(r.Seen) > 0 {
			t.Errorf("%s: %v, %v", name, r.Seen, err)
		}
	}
}

// draw makes a plan that is right or wrong in few places, by breaking a right one, or one of random steps.
func draw(t *rapid.T) *plan.Plan {
	var p *plan.Plan
	switch rapid.IntRange(0, 5).Draw(t, "base") {
	case 0:
		p = anything(t)
	case 1, 2:
		p = exclusive()
	default:
		p = switchover()
	}
	for range rapid.IntRange(0, 3).Draw(t, "mutations") {
		mutate(t, p)
	}
	return p
}

var vocabulary = []string{"start b1", "start b2!", "passed b1", "passed b2", "passed a1", "ready b1", "ready b2", "ready a1",
	"weight 0", "weight 10", "weight 100", "drained a1", "drained b1", "stop a1", "stop b1", "hold", "release", "remove", "start a1"}

// anything makes a plan of random steps.
func anything(t *rapid.T) *plan.Plan {
	var forward, back []evaltest.Step
	for i := range rapid.IntRange(0, 3).Draw(t, "undo") {
		back = append(back, evaltest.S(fmt.Sprint("u", i)).Does(effectsOf(t, 2)...))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
		s := evaltest.S(fmt.Sprint("s", i)).Does(effectsOf(t, 2)...).In(rapid.SampledFrom([]string{"web", "web", "web", ""}).Draw(t, "group"))
		for j := range forward {
			if rapid.IntRange(0, 3).Draw(t, "needs") > 0 {
				s = s.After(forward[j].ID)
			}
		}
		forward = append(forward, s)
	}
	p := evaltest.Plan(forward, back)
	p.Traffic = traffic("a1")
	p.Interruptions = []plan.Interruption{{Group: "web", Held: true, Bound: time.Minute}}
	return p
}

func effectsOf(t *rapid.T, most int) []plan.Effect {
	return do(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, most).Draw(t, "effects")...)
}

// mutate changes one thing in a plan.
func mutate(t *rapid.T, p *plan.Plan) {
	s := &p.Steps[rapid.IntRange(0, len(p.Steps)-1).Draw(t, "step")]
	switch rapid.IntRange(0, 11).Draw(t, "mutation") {
	case 11:
		if n := len(p.Undo); n > 1 {
			i := rapid.IntRange(1, n-1).Draw(t, "undo step")
			p.Undo[i].Needs = append(p.Undo[i].Needs, p.Undo[rapid.IntRange(0, i-1).Draw(t, "needs")].ID)
		}
	case 10:
		p.Traffic[0].Instances[0].Ready = false
	case 0:
		s.Needs = nil
	case 1:
		s.Undo = nil
	case 2:
		s.Commit = !s.Commit
	case 3:
		s.Effects = effectsOf(t, 2)
	case 4:
		if len(s.Effects) > 0 {
			s.Effects = s.Effects[:len(s.Effects)-1]
		}
	case 5:
		s.Effects = append(effectsOf(t, 1), s.Effects...)
	case 6:
		s.Group = rapid.SampledFrom([]string{"", "other"}).Draw(t, "new group")
	case 7:
		if len(p.Undo) > 0 {
			u := &p.Undo[rapid.IntRange(0, len(p.Undo)-1).Draw(t, "undo step")]
			u.Effects = effectsOf(t, 3)
		}
	case 8:
		if len(p.Undo) > 0 {
			s.Undo = append(s.Undo, p.Undo[rapid.IntRange(0, len(p.Undo)-1).Draw(t, "undo step")].ID)
		}
	case 9:
		p.Traffic[0].Instances = append(p.Traffic[0].Instances, plan.Instance{Name: "a2", Side: "a", Ready: true})
	}
}

// wholly has every order played: the plans here are small.
func wholly() orders.Options {
	return orders.Options{Orders: 20, Most: 1_000_000, Random: rand.New(rand.NewPCG(1, 1))}
}

// TestValidateIsBruteForce holds Validate against all orders of small plans, right and wrong ones.
func TestValidateIsBruteForce(t *testing.T) {
	right, wrong := 0, map[string]int{}
	random.Check(t, func(t *rapid.T) {
		p := draw(t)
		r, err := orders.Compare(p, wholly())
		if err != nil {
			t.Fatalf("%v\nin %s", err, show(p))
		}
		if len(r.Wrong) == 0 {
			right++
		}
		if !r.Whole && r.Seen != nil {
			t.Fatalf("not all orders were played of %s", show(p))
		}
		for _, v := range r.Wrong {
			wrong[v.Text]++
		}
	})
	t.Logf("%d right, wrong: %v", right, wrong)
	if right == 0 || len(wrong) < 5 {
		t.Error("no plan was right, or hardly one wrong: the test shows nothing")
	}
}

// show writes a plan for whoever looks for the mistake.
func show(p *plan.Plan) string {
	var b strings.Builder
	for _, list := range [][]plan.Step{p.Steps, p.Undo} {
		for _, s := range list {
			fmt.Fprintf(&b, "\n  %s group=%q needs=%v undo=%v commit=%v:", s.ID, s.Group, s.Needs, s.Undo, s.Commit)
			for _, e := range s.Effects {
				fmt.Fprintf(&b, " %s %s %d,", e.Kind, e.Instance, e.Percent)
			}
		}
	}
	return b.String() + fmt.Sprintf("\n  traffic %+v", p.Traffic)
}
