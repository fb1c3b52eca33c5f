package switchover

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// Standby is a standby block.
type Standby struct {
	Keep state.Duration `json:"keep"`
}

func standbyBlock() schema.Block {
	return schema.Block{Name: "standby", Max: 1, Doc: "Keeps the old release running behind the new one: it takes over by itself while no server of the new one is up, and a rollback to it moves the traffic at once.", Args: []schema.Arg{
		{Name: "keep", Type: schema.Dur(), Required: true, Change: schema.PlanOnly, Doc: "How long at least. It ends with the next apply after that, or with the next release, which needs its place."},
	}}
}

// validateStandby finds releases that cannot stand by.
func validateStandby(r *state.Resource, s Spec, d *state.Desired, by routed) hcl.Diagnostics {
	if s.Standby == nil {
		return nil
	}
	var diags hcl.Diagnostics
	at := r.At("standby.keep")
	if len(s.After) > 0 {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at, "Jobs that wait for what stands by",
			"Jobs in after run when the old release is gone, since they may take away what it needs, and with a standby it stays. Leave the standby block out of %s, or name the jobs with the next release.", r.Addr))
	}
	for service, spec := range s.specs(d) {
		if why, exclusive := spec.Exclusive(); exclusive {
			diags = append(diags, diag.Errorf(diag.InvalidValue, at, "A single writer cannot stand by",
				"%s has one container at a time, since its %s: the old release stops before the new one starts, so that none is left to stand by. Leave the standby block out of %s; a rollback starts the old release again, with the same interruption.",
				service, why, r.Addr))
		} else if by[service] == (modes{}) {
			diags = append(diags, diag.Errorf(diag.InvalidValue, at, "Nothing to stand by for",
				"No route leads to %s: no traffic could go back to its old release, which would only go on working beside the new one. Leave the standby block out of %s, or take the service out of it.", service, r.Addr))
		}
	}
	return diags
}

// stands tells whether the switchover ends with a release that stands by.
func (x *expander) stands() bool { return x.g.Moves() && x.g.Standby }

// stand ends the switchover.
func (x *expander) stand(needs []plan.ID) plan.Step {
	var releases []string
	for _, m := range x.g.Members {
		if len(m.Standing) > 0 && !slices.Contains(releases, m.Standing[0].Release) {
			releases = append(releases, m.Standing[0].Release)
		}
	}
	return plan.Step{ID: x.ID("stand"), Op: edge.OpStand, Title: "let release " + strings.Join(releases, ", ") + " stand by", Needs: needs,
		Config: plan.Raw(edge.StandConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name}), Limit: edgeLimit, Irreversible: "the new release has the traffic"}
}

// endStandby clears the side that the new release takes of what stands by there: it has no traffic, so it drains and
// stops before anything else is noticed, and its memory is free again while the new release starts.
func (x *expander) endStandby(servers []proxy.ServerID, effects []plan.Effect) {
	x.ended = servers
	drain := x.ID("standby")
	x.add(plan.Step{ID: drain, Op: edge.OpDrain, Title: "end the standby of " + strings.Join(x.standingBy(), ", "),
		Wait: "until the last connection ends", Idle: true, Within: x.g.Settings.Drain, Needs: append(x.creates(), x.g.First...),
		Cause: plan.Cause{Why: "the new release needs its place on the edge"},
		Config: plan.Raw(edge.DrainConfig{Recipe: x.g.Recipe.Name, Servers: servers, Limit: state.Duration(x.g.Settings.Drain),
			Behind: x.inFront()}),
		Effects: effects, Limit: x.g.Settings.Drain + edgeLimit, Irreversible: "it has no traffic"})
	x.settled = []plan.ID{drain}
	x.out.Settled = x.settled
	for i := range x.g.Members {
		m := &x.g.Members[i]
		m.Old = slices.DeleteFunc(slices.Clone(m.Old), func(o Instance) bool {
			ends := len(onSide(o.Servers, x.g.Side)) > 0 && len(onSide(o.Servers, x.g.Side.Other())) == 0
			if ends {
				step := x.stopStep(m, o, x.settled)
				step.Cause = plan.Cause{Why: "it stands by no longer"}
				x.add(step)
				m.first = append(m.first, o)
				if m.StopFirst != "" { // it may write what its successor is to write alone
					x.stopped = append(x.stopped, step.ID)
				}
			}
			return ends
		})
	}
}

// standingBy names what stands by on the wanted side.
func (x *expander) standingBy() []string {
	var names []string
	for _, m := range x.g.Members {
		for _, o := range m.Old {
			if len(onSide(o.Servers, x.g.Side)) > 0 {
				names = append(names, o.Name)
			}
		}
	}
	if len(names) == 0 {
		names = []string{"servers without a container"}
	}
	return names
}

// inFront are the servers that have the traffic.
func (x *expander) inFront() []proxy.ServerID {
	live := x.g.Side
	if x.g.Moves() {
		live = live.Other()
	}
	var servers []proxy.ServerID
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			for place, s := range x.servers(p, live) {
				if s.State == proxy.Ready {
					servers = append(servers, place)
				}
			}
		}
	}
	return servers
}

// behind are the servers behind which somebody stands by whom the last drain ends. Where no release is wanted there
// is nobody to wait for.
func (x *expander) behind() []proxy.ServerID {
	if !x.g.Ends || x.g.Moves() || !x.g.wanted() {
		return nil
	}
	return x.inFront()
}

// standsBy are the servers that stand by in the end.
func (x *expander) standsBy() []proxy.ServerID {
	if !x.g.Standby {
		return nil
	}
	var servers []proxy.ServerID
	for _, m := range x.g.Members {
		for _, i := range slices.Concat(m.Standing, m.New) {
			servers = append(servers, onSide(i.Servers, x.g.Side.Other())...)
		}
	}
	return servers
}
