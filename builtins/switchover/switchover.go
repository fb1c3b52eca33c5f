// Package switchover is the switchover block and the strategy behind it: how a new release takes over from
// an old one without losing a request.
//
// The new release starts beside the old one, passes its checks, and gets servers on the side of the edge
// that has no traffic. Traffic then moves in stages; after the last one the old release drains, stops, and
// is kept for the way back. Until the last stage has held, every step has its undo: traffic goes back to
// the old release, which never stopped, and what was new is drained and removed.
package switchover

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the switchover block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "switchover", Label: "name", Resource: true,
		Doc: "How a new release of some services takes over. A service behind a port without one switches at once, drains for 30 s and keeps two releases.",
		Args: []schema.Arg{
			{Name: "services", Type: schema.ListOf(schema.RefTo("service")), Required: true, Change: schema.PlanOnly, Doc: "The services that move together, in one write."},
			{Name: "before", Type: schema.ListOf(schema.RefTo("job")), Change: schema.PlanOnly, Doc: "Jobs that must have run before the new release starts."},
			{Name: "after", Type: schema.ListOf(schema.RefTo("job")), Change: schema.PlanOnly, Doc: "Jobs that run once the old release has stopped: what it would not survive, such as dropping a column that only it reads."},
			{Name: "on_failure", Type: schema.OneOf("revert", "pause"), Default: `"revert"`, Change: schema.PlanOnly, Doc: "What a failure leads to: back to the old release, or a stop where it stands."},
			{Name: "sticky", Type: schema.Boolean(), Default: "false", Change: schema.PlanOnly, Doc: "Keeps a client with the release that it was given, by a cookie recipe-RECIPE-SERVICE that is set while both releases get requests; a page finds its assets so. It is for ports in http mode."},
			{Name: "keep_failed", Type: schema.Boolean(), Default: "false", Change: schema.PlanOnly, Doc: "Keeps the containers of a release that is taken back, stopped and under names that end in -failed, for a look. The next apply removes them."},
			{Name: "retain", Type: schema.Whole(0, 100), Default: "2", Change: schema.PlanOnly, Doc: "How many earlier releases are kept, stopped, for a rollback."},
		},
		Blocks: []schema.Block{
			{Name: "stage", Label: "what the stage is called", Sequence: true, Doc: "One step of the way. Without stages, all traffic moves at once.", Args: []schema.Arg{
				{Name: "weight", Type: schema.Whole(0, 100), Required: true, Change: schema.PlanOnly, Doc: "The percentage of the traffic that the new release gets."},
				{Name: "before", Type: schema.ListOf(schema.RefTo("job")), Change: schema.PlanOnly, Doc: "Jobs that must have run before this stage moves traffic; the new release is up by then, and passed the stages before."},
				{Name: "hold", Type: schema.Dur(), Change: schema.PlanOnly, Doc: "How long to stay at it; a container of the new release that ends meanwhile is a failure."},
			}, Blocks: []schema.Block{gate.Schema(),
				matchSchema()}},
			{Name: "drain", Max: 1, Doc: "How long the old release may take to end what it has.", Args: []schema.Arg{
				{Name: "timeout", Type: schema.Dur(), Default: `"30s"`, Change: schema.PlanOnly, Doc: "The limit, after which what is left is cut when the old release stops."},
			}},
			{Name: "hold", Max: 1, Doc: "How long requests may wait while one container has to stop before the next one starts, since it holds its volume or a port of the machine alone.", Args: []schema.Arg{
				{Name: "timeout", Type: schema.Dur(), Default: `"30s"`, Change: schema.PlanOnly, Doc: "The limit, after which requests fail until the container is there; 0s has them fail at once."},
			}},
			standbyBlock(),
		},
	}
}

// Export has nothing to compute.
func (Kind) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) { return cty.NilVal, nil }

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Services  []state.Ref `json:"services"`
	Before    []state.Ref `json:"before,omitempty"`
	After     []state.Ref `json:"after,omitempty"`
	OnFailure string      `json:"on_failure"`
	Retain    int         `json:"retain"`
	Sticky    bool        `json:"sticky,omitempty"`
	// KeepFailed keeps what is taken back, stopped.
	KeepFailed bool     `json:"keep_failed,omitempty"`
	Stage      []Stage  `json:"stage,omitempty"`
	Drain      *Drain   `json:"drain,omitempty"`
	Hold       *Hold    `json:"hold,omitempty"`
	Standby    *Standby `json:"standby,omitempty"`
}

// Drain is a drain block.
type Drain struct {
	Timeout state.Duration `json:"timeout"`
}

// Stage is a stage block.
type Stage struct {
	Name   string         `json:"label"`
	Weight int            `json:"weight"`
	Before []state.Ref    `json:"before,omitempty"`
	Hold   state.Duration `json:"hold,omitzero"`
	Match  []Match        `json:"match,omitempty"`
	Gate   []gate.Spec    `json:"gate,omitempty"`
}

// Settings are how a group of services switches.
type Settings struct {
	Stages []Stage
	Drain  time.Duration
	Hold   time.Duration // how long requests wait at most, 0 for not at all
	Retain int
	Sticky bool
	// KeepFailed says that containers which are taken back are kept, stopped, until the next apply.
	KeepFailed bool
	// Pause says that a failure after traffic has moved leaves things as they are.
	Pause bool
	// Contracts says that jobs wait until the old release is gone.
	Contracts bool
	// Standby says that the old release stands by after the switch, Keep for how long at least.
	Standby bool
	Keep    time.Duration
}

// Default is for services that no switchover block names.
func Default() Settings {
	return Settings{Stages: []Stage{{Name: "full", Weight: 100}}, Drain: 30 * time.Second, Hold: 30 * time.Second, Retain: 2}
}

// Read gives the settings of a block.
func Read(spec json.RawMessage) (Spec, Settings, error) {
	s := Spec{Retain: -1}
	if err := json.Unmarshal(spec, &s); err != nil {
		return s, Settings{}, fmt.Errorf("reading a switchover: %w", err)
	}
	settings := Default()
	settings.Sticky, settings.KeepFailed = s.Sticky, s.KeepFailed
	settings.Pause = s.OnFailure == "pause"
	if s.Retain >= 0 {
		settings.Retain = s.Retain
	}
	if s.Drain != nil {
		settings.Drain = s.Drain.Timeout.Std()
	}
	settings.Contracts = len(s.After) > 0
	if s.Hold != nil {
		settings.Hold = s.Hold.Timeout.Std()
	}
	if s.Standby != nil {
		settings.Standby, settings.Keep = true, s.Standby.Keep.Std()
	}
	if len(s.Stage) > 0 {
		settings.Stages = s.Stage
	}
	if last := settings.Stages[len(settings.Stages)-1]; last.Weight != 100 {
		settings.Stages = append(settings.Stages, Stage{Name: free(settings.Stages, "full"), Weight: 100})
	}
	return s, settings, nil
}

// free makes name one that no stage has.
func free(stages []Stage, name string) string {
	for slices.ContainsFunc(stages, func(s Stage) bool { return s.Name == name }) {
		name += "-last"
	}
	return name
}

// Validate finds stages that go back or have one name.
func (Kind) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	s, settings, err := Read(r.Spec)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, &r.Range)}
	}
	var diags hcl.Diagnostics
	diags = append(diags, validatePauses(r, s, d)...)
	if settings.Hold > maxHold {
		diags = append(diags, diag.Errorf(diag.InvalidValue, r.At("hold.timeout"), "Requests cannot wait that long",
			"A hold of %s is longer than any client waits; write %s at most.", settings.Hold, maxHold))
	}
	last := 0
	for i, stage := range settings.Stages {
		if slices.ContainsFunc(settings.Stages[:i], func(s Stage) bool { return s.Name == stage.Name }) {
			diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "Two stages of one name",
				"%s has more than one stage %q; plans tell them apart by their names.", r.Addr, stage.Name))
		}
		if stage.Weight < last {
			diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "Stages only go forward",
				"Stage %q has weight %d after one of %d; weights must not fall.", stage.Name, stage.Weight, last))
		}
		last = stage.Weight
	}
	return diags
}

var _ kind.Together = Kind{}

// ValidateTogether finds services that two switchovers name, what no route leads to, and what waits for itself by way of
// one.
func (Kind) ValidateTogether(blocks []*state.Resource, d *state.Desired) hcl.Diagnostics {
	var diags hcl.Diagnostics
	named, by := map[string]addr.Addr{}, routes(d)
	for _, r := range blocks {
		s, _, err := Read(r.Spec)
		if err != nil {
			continue // Validate has said so
		}
		diags = slices.Concat(diags, validateMatches(r, s, by), validateStandby(r, s, d, by), validateGates(r, s, d, by))
		for _, ref := range s.Services {
			other, taken := named[ref.Addr]
			if taken && other != r.Addr {
				diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "A service switches one way",
					"%s is in the services of both %s and %s; name it in one.", ref.Addr, other, r.Addr))
			} else if !taken {
				named[ref.Addr] = r.Addr
			}
		}
	}
	if twice := jobsTwice(blocks); twice.HasErrors() { // which would be a circle too
		return append(diags, twice...)
	}
	return append(diags, circles(blocks, d)...)
}

// Diff has nothing to do by itself: settings take effect with the next release.
func (Kind) Diff(kind.Input) (kind.Result, hcl.Diagnostics) { return kind.Result{}, nil }
