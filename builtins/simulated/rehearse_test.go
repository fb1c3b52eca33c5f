package simulated_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// standing makes worlds on which recipes were applied, one after the other.
func standing(t *testing.T, recipes ...string) func() (*simulated.World, error) {
	var desired []*state.Desired
	for _, text := range recipes {
		if text != "" {
			desired = append(desired, desire(t, text))
		}
	}
	return func() (*simulated.World, error) {
		s := newScene(t)
		for _, d := range desired {
			s.apply(d, kind.Apply)
		}
		return s.World, nil
	}
}

// TestRehearse rehearses each scenario: whatever happens to a step, nothing is lost and the next apply ends well.
// Crashes have tests of their own, at every change within a step, and one that hangs after its effect fails like any other.
func TestRehearse(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stood, all := c.from, []string{c.earlier, c.from}
			if c.mode == kind.Rollback {
				stood, all = c.to, append(all, c.to)
			}
			s := rehearse.Scene{Begin: standing(t, all...), Desired: desire(t, c.to), Mode: c.wants(),
				Pick: func(a rehearse.Accident) bool {
					return a.Kind == rehearse.Failure || a.Kind == rehearse.Hang && !a.After
				}}
			if c.from != "" {
				s.Before = desire(t, stood)
			}
			well(t, s)
		})
	}
}

// well rehearses, which must end well.
func well(t *testing.T, s rehearse.Scene) *rehearse.Report {
	t.Helper()
	r, diags, err := rehearse.Run(t.Context(), s)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	for _, o := range r.Broken() {
		t.Errorf("%v: %s", o.Accident, strings.Join(o.Ending.Broken, "\n"))
	}
	return r
}

// TestRehearseRandom rehearses some of the accidents of random changes.
func TestRehearseRandom(t *testing.T) {
	t.Parallel()
	for _, seed := range random.Seeds(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			from, to := wishes().Example(2*int(seed)), wishes().Example(2*int(seed)+1)
			n := 0
			t.Logf("from %+v\nto %+v", from, to)
			well(t, rehearse.Scene{Begin: standing(t, from.recipe()), Desired: desire(t, to.recipe()), Mode: kind.Apply,
				Pick: func(rehearse.Accident) bool { n++; return n%9 == int(seed%9) }})
		})
	}
}

// TestRehearseFinds holds that a rehearsal tells of what is not as promised: a program that ends by itself loses
// requests, and one that never becomes healthy cannot be applied.
func TestRehearseFinds(t *testing.T) {
	t.Parallel()
	ill := func(behaviour string) string {
		return strings.Replace(web("2", "")+canary, `{ RELEASE = "2" }`, fmt.Sprintf(`{ RELEASE = "2", BEHAVIOUR = %q }`, behaviour), 1)
	}
	none := func(rehearse.Accident) bool { return false }
	for name, c := range map[string]struct{ from, to, want string }{
		"lost":   {ill("mortal"), ill("mortal") + worker("1", ""), "requests were lost, the first one: "},
		"sick":   {web("1", ""), ill("sick"), "the apply failed: "},
		"unplan": {web("1", ""), ill("crash"), "the apply failed: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, diags, err := rehearse.Run(t.Context(), rehearse.Scene{Begin: standing(t, c.from), Desired: desire(t, c.to), Mode: kind.Apply, Pick: none})
			if err != nil || diags.HasErrors() {
				t.Fatal(err, diags)
			}
			var text strings.Builder
			if err := r.Text(&text, true, 0); err != nil || !strings.Contains(text.String(), c.want) || !strings.Contains(text.String(), "BROKEN (1)") {
				t.Errorf("want %q in\n%s", c.want, text.String())
			}
		})
	}
}

// TestRehearseReport reads the report of a canary: how long each accident takes is known to the second.
func TestRehearseReport(t *testing.T) {
	t.Parallel()
	r := well(t, rehearse.Scene{Begin: standing(t, web("1", "")+canary), Desired: desire(t, web("2", "")+canary), Mode: kind.Apply})
	at := func(kind rehearse.Kind, title string, after bool) rehearse.Ending {
		t.Helper()
		i := slices.IndexFunc(r.Accidents, func(o rehearse.Outcome) bool {
			return o.Kind == kind && strings.HasPrefix(o.Title, title) && o.After == after
		})
		if i < 0 {
			t.Fatalf("there is no %s of %q", kind, title)
		}
		return r.Accidents[i].Ending
	}
	for _, c := range []struct {
		kind           rehearse.Kind
		title          string
		after          bool
		result, serves string
	}{
		{rehearse.Failure, "start ", true, "reverted", "old"},
		{rehearse.Hang, "wait ", false, "reverted", "old"},
		{rehearse.Failure, `stage "half"`, true, "reverted", "old"},
		{rehearse.Crash, `stage "half"`, true, "killed", "between"},
		{rehearse.Crash, "stop ", true, "killed", "new"},
		{rehearse.Failure, "stop ", false, "failed", "new"},
	} {
		if got := at(c.kind, c.title, c.after); got.Result != c.result || got.Serves != c.serves || got.Requests == 0 || got.ByHand != "" {
			t.Errorf("%s of %q: %+v, want %s, %s", c.kind, c.title, got, c.result, c.serves)
		}
	}
	if took := at(rehearse.Hang, "wait ", false).Took.Seconds(); took < 60 || took > 120 {
		t.Errorf("a hang took %v s, not the step's limit", took)
	}
}

// TestSnapshot holds that a world that begins with what another one shows plans the same.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(s *scene) {
				if c.from != "" {
					s.apply(desire(s, c.from), kind.Apply)
				}
				d := desire(s, c.to)
				looking := &simulated.Looking{Reader: s.Engine}
				seen := builtins.World(looking, s.Settings)
				seen.ReadEdge = s.ReadEdge
				observed, _, err := seen.List(s.ctx, d.Recipe)
				if err == nil {
					err = seen.Refine(s.ctx, observed, d)
				}
				if err != nil {
					s.Fatalf("%v", err)
				}
				_, recorded, _ := s.List(s.ctx, d.Recipe)
				taken, err := simulated.Take(s.ctx, looking, d.Recipe, s.Settings.Edge, observed, recorded)
				if err != nil {
					s.Fatalf("%v", err)
				}
				other := newScene(s)
				defer other.end()
				other.Stand(taken)
				want, got := s.plan(desire(s, c.to), c.wants()), other.plan(desire(s, c.to), c.wants())
				if plan.Digest(want.Plan) != plan.Digest(got.Plan) {
					s.Errorf("of\n%s\ncame\n%s", s.state(), other.state())
				}
				if s.Engine.Dump() != other.Engine.Dump() {
					s.Errorf("of\n%s\ncame\n%s", s.Engine.Dump(), other.Engine.Dump())
				}
			})
		})
	}
}

// TestRehearseAgain holds that rehearsing a plan twice says the same, to the byte.
func TestRehearseAgain(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := []string{c.from}
			if c.mode == kind.Rollback {
				all = append(all, c.to)
			}
			var before []byte
			for range 2 {
				n := 0
				r := well(t, rehearse.Scene{Begin: standing(t, all...), Desired: desire(t, c.to), Mode: c.wants(), Steady: true,
					Pick: func(rehearse.Accident) bool { n++; return n%5 == 0 }})
				text, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if before != nil && string(text) != string(before) {
					t.Errorf("it says\n%s\nand then\n%s", before, text)
				}
				before = text
			}
		})
	}
}
