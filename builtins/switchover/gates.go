package switchover

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// level is how likely at most the gates of one stage refuse a release that is as it should be, by chance.
const level = 0.001

// watch are the steps that watch what a stage shows: its hold, and its gates beside it.
func (x *expander) watch(s Stage, shift plan.ID) []plan.Step {
	var steps []plan.Step
	if s.Hold > 0 {
		steps = append(steps, plan.Step{ID: x.ID("hold", s.Name), Op: OpHold, Title: fmt.Sprintf("hold stage %q", s.Name),
			Wait: "for " + s.Hold.Std().String() + ", while every new container keeps running", Idle: true, Needs: []plan.ID{shift}, Limit: s.Hold.Std() + stopSlack, AtLeast: s.Hold.Std(),
			Config: plan.Raw(HoldConfig{Hold: s.Hold, Containers: x.newNames()})})
	}
	measured := 0
	for _, g := range s.Gate {
		if gate.Find(g.Kind).Measures() {
			measured++
		}
	}
	for i, g := range s.Gate {
		if g.Kind == gate.Manual {
			continue // it is asked last: see pause
		}
		c := gate.Config{Gate: g, Stage: s.Name, Weight: s.Weight, Hold: s.Hold, Instances: x.judged()}
		if gate.Find(g.Kind).Measures() {
			c.Level = level / float64(measured) // together they keep it
			c.New, c.Old, c.TCP = x.measured()
		}
		steps = append(steps, plan.Step{ID: x.ID("gate", s.Name, fmt.Sprint(i+1), g.Kind), Op: gate.OpJudge,
			Title: fmt.Sprintf("gate %q of stage %q", g.Kind, s.Name), Wait: gate.Find(g.Kind).Waits(g), Idle: true,
			Needs: []plan.ID{shift}, Within: c.Within(), Limit: c.Within() + stopSlack, Config: plan.Raw(c)})
	}
	return steps
}

// firstGates has a first release pass, before it opens, the gates that ask: there is no traffic yet that others could
// judge by.
func (x *expander) firstGates() {
	if !x.g.Fresh || !x.g.behindPort() || !x.g.wanted() {
		return
	}
	needs := slices.Clone(x.probed)
	for _, s := range x.g.Settings.Stages {
		for i, g := range s.Gate {
			if !gate.Asks(g.Kind) {
				continue
			}
			c := gate.Config{Gate: g, Stage: s.Name, Weight: s.Weight, Instances: x.judged()}
			step := plan.Step{ID: x.ID("gate", s.Name, fmt.Sprint(i+1), g.Kind), Op: gate.OpJudge,
				Title: fmt.Sprintf("gate %q of stage %q, before the first release opens", g.Kind, s.Name), Wait: gate.Find(g.Kind).Waits(g), Idle: true,
				Needs: needs, Within: c.Within(), Limit: c.Within() + stopSlack, Config: plan.Raw(c)}
			x.add(step)
			x.probed = append(x.probed, step.ID)
		}
	}
}

// accept ends a stage that several steps watch: one step has to be the last, and it sees that the new release stands.
func (x *expander) accept(stage string, needs []plan.ID) plan.Step {
	return plan.Step{ID: x.ID("accept", stage), Op: OpHold, Title: "see that every new container still runs",
		Needs: needs, Limit: stopSlack, Config: plan.Raw(HoldConfig{Containers: x.newNames()})}
}

// judged are the instances that gates look at.
func (x *expander) judged() []gate.Instance {
	var all []gate.Instance
	for _, m := range x.g.Members {
		for _, n := range m.New {
			one := gate.Instance{Container: n.Name, Service: m.Addr.String(), Address: n.Address, Ports: m.Exposed}
			if len(m.Ports) > 0 {
				one.Port = m.Ports[0].Target
			}
			all = append(all, one)
		}
	}
	return all
}

// measured are the places of both releases on the edge: those of HTTP, since answers tell more than connections do, or,
// where nothing of the group is HTTP, which tcp says, those of TCP.
func (x *expander) measured() (new, old []proxy.ServerID, tcp bool) {
	if new, old = x.placesOf(proxy.HTTP); len(new) > 0 {
		return new, old, false
	}
	new, old = x.placesOf(proxy.TCP)
	return new, old, true
}

func (x *expander) placesOf(mode proxy.Mode) (new, old []proxy.ServerID) {
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			if p.Mode != mode {
				continue
			}
			for _, n := range m.New {
				new = append(new, proxy.ServerID{Recipe: x.g.Recipe.Name, Service: p.Name, Side: x.g.Side, Slot: n.Slot})
			}
			for place, s := range x.servers(p, x.g.Side.Other()) {
				if s.State == proxy.Ready {
					old = append(old, place)
				}
			}
		}
	}
	return new, old
}

// validateGates finds gates that are wrong in themselves, or that would have nothing to judge.
func validateGates(r *state.Resource, s Spec, d *state.Desired, by routed) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, stage := range s.Stage {
		for j, g := range stage.Gate {
			at := func(arg string) *hcl.Range {
				return r.At(strings.TrimSuffix(fmt.Sprintf("stage.%d.gate.%d.%s", i, j, arg), "."))
			}
			problems := gate.Validate(g.Knowing(r.Secrets), at)
			diags = append(diags, problems...)
			if problems.HasErrors() {
				continue
			}
			switch k := gate.Find(g.Kind); {
			case !s.behindPort(by):
				diags = append(diags, diag.Errorf(diag.InvalidValue, at(""), "A gate with nothing to judge",
					"Gates judge what a stage's part of the traffic shows, and no route leads to a service of %s: it switches without stages. Give one of them a port, or use the service's health block.", r.Addr))
			case g.Port() != "" && !s.exposes(g.Port(), d):
				diags = append(diags, diag.Errorf(diag.InvalidValue, at("port"), "No such port",
					"%q is neither a port number nor the name of an expose block of a service of %s.", g.Port(), r.Addr))
			case k.Measures() && stage.Weight == 0 && !slices.ContainsFunc(s.Stage[:i+1], func(s Stage) bool { return len(s.Match) > 0 }):
				diags = append(diags, diag.Errorf(diag.InvalidValue, at(""), "A gate with nothing to judge",
					"A gate %q counts requests, and stage %q gives the new release none; give it a weight above 0.", g.Kind, stage.Name))
			}
		}
	}
	return diags
}
