package switchover

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Group is services that switch together, with all that is known of both releases.
type Group struct {
	Recipe   state.Recipe
	Name     string // on the edge
	Addr     addr.Addr
	Settings Settings
	// Before is the group on the edge as it stands, nil where it does not.
	Before *proxy.Group
	// Percent is what goes to side b now, Side the one that the wanted release takes.
	Percent int
	Side    proxy.Side
	// Split says that both sides get requests: a switch stopped midway.
	Split bool
	// From is the first stage to go through, by its index: those before it are behind the switchover already.
	From int
	// Promoted says that somebody had it go on, after a pause: what waited is found fit before it gets more.
	Promoted bool
	// Fresh says that no release serves yet.
	Fresh   bool
	Members []Member
	// Standby says that the release before stands by in the end, on the side without traffic. Ends says that a release
	// stands by now, which ends: the side is needed, or it is kept no longer.
	Standby, Ends bool
	// Fallen says that what has the traffic is down, and what stands by serves instead: that counts as what serves.
	Fallen bool
	// After are milestones that must be reached before a new container starts: jobs.
	After []plan.ID
	// First are the steps on the edge that must be done before anything of the group's traffic changes.
	First []plan.ID
	// NewPorts are the numbers of ports that open with this group.
	NewPorts []int
	Cause    plan.Cause
}

// Member is one service of a group.
type Member struct {
	Addr addr.Addr
	// Release wanted, and whether it differs from the one that serves.
	Release string
	Changed bool
	// Needs are what the containers need before they are created, and before they start.
	CreateNeeds, StartNeeds []plan.ID
	// New are the wanted release's instances, those that stand already included.
	New []Instance
	// Surplus are the wanted release's instances beyond its count, Old all other releases' running ones.
	Surplus, Old []Instance
	// Standing are running ones of the release before that stand by in the end.
	Standing []Instance
	// Prune are stopped containers that are kept no longer.
	Prune []Instance
	// Ports are the named ports behind the edge, Exposed all the named ones of its containers.
	Ports   []Port
	Exposed map[string]int
	// StopFirst, when not empty, says why two releases must not run at once.
	StopFirst string
	// Writes are the exclusive volumes.
	Writes []string
	Cause  plan.Cause

	first []Instance // what had to stop before the new release starts
}

// Port is one named port of a service, with its backends as they stand.
type Port struct {
	Name    string // proxy.Service.Name
	Mode    proxy.Mode
	Target  int // the container's port
	Check   *proxy.Check
	Current *proxy.Service // nil where the edge does not have it
}

// Instance is one container of a release.
type Instance struct {
	Name    string
	Release string
	Exists  bool
	Running bool
	// Memory is its limit in bytes, 0 for none.
	Memory int64
	Slot   int // in its backends, from 1
	// Address on the serving network, in text; empty where nothing is behind the edge.
	Address string
	Create  *container.CreateConfig // nil where it exists
	Start   container.StartConfig
	Probe   container.ProbeConfig
	Stop    container.StopConfig
	// Servers are its places on the edge as it stands, on its member's Ports. Unrouted says that it has others,
	// to which no route will lead: they are drained once none does.
	Servers  []proxy.ServerID
	Unrouted bool
	// Stands says that it stands by already, on the side that the wanted release takes.
	Stands bool
	// Leaves is why it is removed; empty where that is what the group changes for.
	Leaves string
}

// Moves tells whether traffic has to move from one side to the other.
func (g *Group) Moves() bool { return !g.Fresh && g.changed() }

// stands tells whether a service of the group is on the edge already.
func (g *Group) stands() bool {
	return slices.ContainsFunc(g.Members, func(m Member) bool {
		return slices.ContainsFunc(m.Ports, func(p Port) bool { return p.Current != nil })
	})
}

// wanted tells whether any container of the wanted release is to run.
func (g *Group) wanted() bool {
	return slices.ContainsFunc(g.Members, func(m Member) bool { return len(m.New) > 0 })
}

func (g *Group) changed() bool {
	for _, m := range g.Members {
		if m.Changed {
			return true
		}
	}
	return false
}

// percent turns a weight of the new release into the percentage of side b.
func (g *Group) percent(weight int) int {
	if g.Side == proxy.B {
		return weight
	}
	return 100 - weight
}

func id(parts ...string) plan.ID {
	text := parts[0]
	for _, part := range parts[1:] {
		text += "/" + part
	}
	return plan.ID(text)
}

// newcomers names what takes over: the one release that changes, or all of them.
func (g *Group) newcomers() string {
	name := ""
	for _, m := range g.Members {
		if m.Changed && name != "" {
			return "the new releases"
		}
		if m.Changed {
			name = "release " + m.Release
		}
	}
	return name
}
