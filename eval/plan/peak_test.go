package plan_test

import (
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/plan"
)

// weighed makes steps of lines such as "start-b: a | +b=2 -a !job=1": needs, then what runs, stops, and runs to its end.
func weighed(t *testing.T, lines string) *plan.Graph {
	t.Helper()
	var steps []plan.Step
	for line := range strings.SplitSeq(lines, ";") {
		head, does, _ := strings.Cut(line, "|")
		name, needs, _ := strings.Cut(head, ":")
		s := plan.Step{ID: plan.ID(strings.TrimSpace(name))}
		for _, need := range strings.Fields(needs) {
			s.Needs = append(s.Needs, plan.ID(need))
		}
		for _, word := range strings.Fields(does) {
			if word[0] == '-' {
				s.Effects = append(s.Effects, plan.Effect{Kind: plan.Stop, Instance: word[1:]})
				continue
			}
			of, size, _ := strings.Cut(word[1:], "=")
			s.Runs = append(s.Runs, plan.Use{Name: of, Memory: int64(size[0] - '0'), Ends: word[0] == '!'})
		}
		steps = append(steps, s)
	}
	g, err := plan.Link(steps, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPeak(t *testing.T) {
	old := func(memory int64) []plan.Use { return []plan.Use{{Name: "old", Memory: memory}} }
	for _, test := range []struct {
		name, steps string
		running     []plan.Use
		memory      int64
		step        plan.ID
		unlimited   string
	}{
		{"both releases", "start | +new=3; stop: start | -old", old(2), 5, "start", ""},
		{"the old one stops first", "stop | -old; start: stop | +new=2", old(2), 2, "", ""},
		{"it stops first and the new one needs more", "stop | -old; start: stop | +new=3", old(2), 3, "start", ""},
		{"two services at once, whatever the order of steps", "s1 | +a=3; e1: s1 | -old; s2 | +b=4", old(2), 9, "s2", ""},
		{"one after the other", "s1 | +a=3; e1: s1 | -old; s2: e1 | +b=4", old(2), 7, "s2", ""},
		{"a job takes room while it runs", "job | !j=5; start: job | +new=2; stop: start | -old", old(2), 7, "job", ""},
		{"jobs at once", "j1 | !a=5; j2 | !b=4; start: j1 j2 | +new=1", nil, 9, "j2", ""},
		{"a limit that grows", "update | +old=6", old(2), 6, "update", ""},
		{"without limits", "start | +new=0; stop: start | -old", old(2), 2, "", "new"},
		{"nothing that runs is told twice", "a | +x=0; b: a | +x=0", []plan.Use{{Name: "y"}}, 0, "", "y x"},
		{"no steps that weigh", "a; b: a", old(1), 1, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := plan.PeakOf(weighed(t, test.steps), test.running)
			if got.Memory != test.memory || got.Step != test.step || strings.Join(got.Unlimited, " ") != test.unlimited {
				t.Errorf("got %+v", got)
			}
		})
	}
}
