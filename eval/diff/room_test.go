package diff_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

func TestRoom(t *testing.T) {
	const gib = int64(1) << 30
	disk := func(n int64) *int64 { return &n }
	for _, test := range []struct {
		name    string
		machine *plan.Machine
		code    diag.Code
		says    string
	}{
		{"enough of both", &plan.Machine{Memory: 8 * gib, Disk: disk(9 * gib)}, "", ""},
		{"nobody looked", nil, "", ""},
		{"nothing is known", &plan.Machine{}, "", ""},
		{"just enough", &plan.Machine{Memory: 3 * gib, Disk: disk(4 * gib)}, "", ""},
		{"too little memory", &plan.Machine{Memory: 2 * gib}, diag.LittleMemory, "may take 3GiB by their limits, and the engine has 2GiB"},
		{"with what runs", &plan.Machine{Memory: 4 * gib, Running: []plan.Use{{Name: "old", Memory: 2 * gib}}}, diag.LittleMemory, "may take 5GiB"},
		{"with others", &plan.Machine{Memory: 4 * gib, Others: 2 * gib}, diag.LittleMemory, "3GiB by their limits, other containers 2GiB"},
		{"too little disk", &plan.Machine{Disk: disk(3 * gib)}, diag.LittleDisk, "at least 4GiB, and 3GiB are free"},
	} {
		t.Run(test.name, func(t *testing.T) {
			web := addr.New("service", "web")
			in := world()
			in.Desired, in.Observed = &state.Desired{Recipe: state.Recipe{Name: "shop"}, Resources: []*state.Resource{{Addr: web}}}, &state.Observed{}
			in.Machine = test.machine
			in.Kinds = []kind.Kind{scripted{"service", func(kind.Input) (kind.Result, hcl.Diagnostics) {
				return kind.Result{Steps: []plan.Step{
					{ID: "build", Addr: web, Op: "test", Title: "build", Early: true, Irreversible: "a test", Fetch: &plan.Fetch{Ref: "x", Build: true, Disk: 4 * gib}},
					{ID: "start", Addr: web, Op: "test", Title: "start", Needs: []plan.ID{"build"}, Irreversible: "a test", Runs: []plan.Use{{Name: "new", Memory: 3 * gib}}},
				}}, nil
			}}}
			p, diags := diff.Make(in)
			if test.code == "" {
				if p == nil || len(diags) > 0 {
					t.Fatalf("got %v", diags)
				}
				return
			}
			if len(diags) != 1 || diag.CodeOf(diags[0]) != test.code || !strings.Contains(diags[0].Detail, test.says) {
				t.Fatalf("got %v", diags)
			}
			if (p == nil) != diags.HasErrors() {
				t.Errorf("the plan is %v", p)
			}
		})
	}
}
