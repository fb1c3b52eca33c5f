package switchover_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	const half = 30 * time.Second
	full := switchover.Stage{Name: "full", Weight: 100}
	canary := switchover.Stage{Name: "canary", Weight: 10, Hold: state.Duration(2 * time.Minute)}
	for spec, want := range map[string]switchover.Settings{
		`{}`:                                    switchover.Default(),
		`{"retain":0,"drain":{"timeout":"0s"}}`: {Stages: []switchover.Stage{full}, Hold: half},
		`{"retain":5,"drain":{"timeout":"1m0s"},"stage":[{"label":"canary","weight":10,"hold":"2m0s"},{"label":"full","weight":100}]}`: {
			Stages: []switchover.Stage{canary, full}, Drain: time.Minute, Hold: half, Retain: 5},
		`{"retain":2,"stage":[{"label":"canary","weight":10,"hold":"2m0s"}]}`: {
			Stages: []switchover.Stage{canary, full}, Drain: half, Hold: half, Retain: 2},
		`{"retain":2,"hold":{"timeout":"0s"},"after":[{"ref":"job.contract"}]}`: {Stages: []switchover.Stage{full}, Drain: half, Retain: 2, Contracts: true},
		`{"retain":2,"stage":[{"label":"full","weight":50}]}`: {
			Stages: []switchover.Stage{{Name: "full", Weight: 50}, {Name: "full-last", Weight: 100}}, Drain: half, Hold: half, Retain: 2},
	} {
		_, got, err := switchover.Read(json.RawMessage(spec))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", spec, d)
		}
	}
	if _, _, err := switchover.Read(json.RawMessage(`{"retain":"two"}`)); err == nil {
		t.Error("took a text for a number")
	}
}

func TestValidate(t *testing.T) {
	const web, db = `{"services":[{"ref":"service.web"}]`, `{"services":[{"ref":"service.db"},{"ref":"service.web"}]`
	for _, test := range []struct {
		name  string
		specs []string
		want  string
	}{
		{"one", []string{web + `}`}, ""},
		{"stages that stay", []string{web + `,"stage":[{"label":"a","weight":10},{"label":"b","weight":10}]}`}, ""},
		{"stages that fall", []string{web + `,"stage":[{"label":"a","weight":50},{"label":"b","weight":10}]}`},
			`1: Stage "b" has weight 10 after one of 50`},
		{"stages of one name", []string{web + `,"stage":[{"label":"a","weight":10},{"label":"a","weight":20}]}`},
			`1: switchover.s1 has more than one stage "a"`},
		{"more than one fault", []string{web + `,"stage":[{"label":"a","weight":50},{"label":"a","weight":10}]}`},
			`1: switchover.s1 has more than one stage "a"` + "\n" + `1: Stage "a" has weight 10 after one of 50`},
		{"requests that wait for hours", []string{web + `,"hold":{"timeout":"2h0m0s"}}`}, `1: A hold of 2h0m0s is longer`},
		{"a job in two places", []string{web + `,"before":[{"ref":"job.m"}],"after":[{"ref":"job.m"}]}`},
			`2: job.m runs once for a release, and it is named for before switchover.s1 and for after switchover.s1`},
		{"a service in two", []string{web + `}`, db + `}`}, "2: service.web is in the services of both switchover.s1 and switchover.s2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := &state.Desired{}
			for i, spec := range test.specs {
				d.Resources = append(d.Resources, &state.Resource{Addr: addr.New("switchover", fmt.Sprint("s", i+1)), Spec: json.RawMessage(spec)})
			}
			var got []string
			for i, r := range d.Resources {
				for _, problem := range (switchover.Kind{}).Validate(r, d) {
					got = append(got, fmt.Sprintf("%d: %s", i+1, problem.Detail))
				}
			}
			for _, problem := range (switchover.Kind{}).ValidateTogether(d.Resources, d) {
				got = append(got, "2: "+problem.Detail)
			}
			want := strings.Split(test.want, "\n")
			if test.want == "" {
				want = nil
			}
			if len(got) != len(want) {
				t.Fatalf("got %q", got)
			}
			for i := range want {
				if !strings.HasPrefix(got[i], want[i]) {
					t.Errorf("got %q, want %q", got[i], want[i])
				}
			}
		})
	}
}
