// Package edge puts the shared proxy on an engine and carries out the steps that change it.
//
// An edge is one container and one volume of the same name, made by the first recipe that needs them and
// removed by the last. The volume holds what is meant: HAProxy's files, which the driver of package haproxy
// writes. The container runs HAProxy with a master, so that a new configuration takes over without losing a
// connection, on the network of the engine's machine, so that it reaches every container and clients keep their
// addresses. Everything goes through a helper's session: files and sockets lie in the volume, which the helper
// mounts too.
//
// Each step here can be done again: what has its effect already changes nothing. A step of a switch is one
// Update of the driver, which checks claims, has HAProxy check the files, writes them, and brings the runtime
// in line, all under the edge's own lock, since recipes that share an edge do not share a lock otherwise.
package edge

import (
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// The steps that change an edge, each with the config it reads.
const (
	// OpEnsure has the edge exist and run; EnsureConfig.
	OpEnsure plan.Op = "edge.ensure"
	// OpCertify brings certificates with their keys to the edge, where nothing uses them yet; CertifyConfig.
	OpCertify plan.Op = "edge.certify"
	// OpPrepare adds ports, groups and backends that get no traffic yet, and so has HAProxy check all that
	// a switch will need before anything can be noticed; PrepareConfig.
	OpPrepare plan.Op = "edge.prepare"
	// OpShift makes servers ready, then moves a group's traffic, and lets go on what waited; ShiftConfig.
	OpShift plan.Op = "edge.shift"
	// OpHold has a group's requests and new connections wait until a shift or a reset of the group; HoldConfig.
	OpHold plan.Op = "edge.hold"
	// OpDrain has servers get nothing new, waits for what they have, and puts them into maint; DrainConfig.
	OpDrain plan.Op = "edge.drain"
	// OpStand ends a group's switchover by having the side without traffic stand by; StandConfig.
	OpStand plan.Op = "edge.stand"
	// OpMaintenance puts the maintenance page of a recipe up or takes it down; MaintenanceConfig.
	OpMaintenance plan.Op = "edge.maintenance"
	// OpRoutes sets a site's ports, routes and maintenance page; RoutesConfig.
	OpRoutes plan.Op = "edge.routes"
	// OpDrop takes groups and services off a site; DropConfig.
	OpDrop plan.Op = "edge.drop"
	// OpPause notes that a group's switchover waits for somebody to decide; PauseConfig.
	OpPause plan.Op = "edge.pause"
	// OpReset puts a group back as it was; ResetConfig. It is a step of the way back only.
	OpReset plan.Op = "edge.reset"
	// OpRemove takes a recipe's site off, and the edge with it where no other recipe uses it; RemoveConfig.
	OpRemove plan.Op = "edge.remove"
)

// EnsureConfig is the config of OpEnsure.
type EnsureConfig struct {
	Edge  string `json:"edge"` // the container's name, and the volume's
	Image string `json:"image"`
	// Host says that the edge uses the network of the engine's machine; else its ports are published.
	Host bool `json:"host"`
}

// PrepareConfig is the config of OpPrepare.
type PrepareConfig struct {
	Recipe state.Recipe `json:"recipe"`
	Ports  []proxy.Port `json:"ports,omitempty"` // added where no port of that number stands
	// Groups are added where no group of that name has a service; those that stand learn what to match.
	Groups   []proxy.Group    `json:"groups,omitempty"`
	Services []PrepareService `json:"services,omitempty"`
	// Anew says that the plan saw no edge: what stands of the recipe's site is left from one that somebody
	// removed, and whose volume stayed.
	Anew bool `json:"anew,omitempty"`
}

// PrepareService gives one side of a service new servers, in maint. The other side stays as it is. Servers
// of that side that are ready already, with the same address, stay so.
type PrepareService struct {
	Name    string        `json:"name"`
	Group   string        `json:"group"`
	Mode    proxy.Mode    `json:"mode"`
	Side    proxy.Side    `json:"side"`
	Backend proxy.Backend `json:"backend"`
}

// ShiftConfig is the config of OpShift.
type ShiftConfig struct {
	Recipe  string           `json:"recipe"`
	Group   string           `json:"group"`
	Percent int              `json:"percent"` // to side b
	Ready   []proxy.ServerID `json:"ready,omitempty"`
	// Match are the group's matches that are in force from now on, and To the side that they lead to.
	Match []proxy.Match `json:"match,omitempty"`
	To    proxy.Side    `json:"to,omitempty"`
	// Switch says to which stage of which switchover the percentage belongs, its time left out; nil ends a switchover.
	Switch *proxy.Switch `json:"switch,omitempty"`
}

// PauseConfig is the config of OpPause. As a step of the way back it says itself what failed.
type PauseConfig struct {
	Recipe string `json:"recipe"`
	Group  string `json:"group"`
	Why    string `json:"why,omitempty"`
}

// DrainConfig is the config of OpDrain.
type DrainConfig struct {
	Recipe  string           `json:"recipe"`
	Servers []proxy.ServerID `json:"servers"`
	Limit   state.Duration   `json:"limit"`
	// Ends is the group whose switchover is over when this begins; empty for none.
	Ends string `json:"ends,omitempty"`
	// Behind are servers of which each service must have one that is up, or nothing is drained: what stands by behind
	// them may be all that serves.
	Behind []proxy.ServerID `json:"behind,omitempty"`
}

// StandConfig is the config of OpStand.
type StandConfig struct {
	Recipe string `json:"recipe"`
	Group  string `json:"group"`
}

// HoldConfig is the config of OpHold: a group whose requests wait, for so long at most.
type HoldConfig struct {
	Recipe string         `json:"recipe"`
	Group  string         `json:"group"`
	For    state.Duration `json:"for"`
}

// RoutesConfig is the config of OpRoutes.
type RoutesConfig struct {
	Recipe string       `json:"recipe"`
	Ports  []proxy.Port `json:"ports"`
	// Maintenance is the page to have at hand; without one, what was up goes down.
	Maintenance *proxy.Maintenance `json:"maintenance,omitempty"`
}

// MaintenanceConfig is the config of OpMaintenance.
type MaintenanceConfig struct {
	Recipe string `json:"recipe"`
	On     bool   `json:"on"`
}

// DropConfig is the config of OpDrop: what it names must get no traffic any more.
type DropConfig struct {
	Recipe   string   `json:"recipe"`
	Groups   []string `json:"groups,omitempty"`
	Services []string `json:"services,omitempty"`
}

// ResetConfig is the config of OpReset. Ports that PrepareConfig added, and Groups and Services that were
// not there before, are taken off; those that were are put back, their servers' states included.
type ResetConfig struct {
	Recipe   string          `json:"recipe"`
	Group    string          `json:"group"`
	Before   *proxy.Group    `json:"before,omitempty"`   // nil where the group was not there
	Services []proxy.Service `json:"services,omitempty"` // as they were before
	// Added are the names of services that were not there before, NewPorts the numbers of such ports.
	Added    []string `json:"added,omitempty"`
	NewPorts []int    `json:"new_ports,omitempty"`
	// Left are servers that stay in whatever state they are: what stood by may have ended, for which there is no way
	// back, or it still does.
	Left []proxy.ServerID `json:"left,omitempty"`
}

// RemoveConfig is the config of OpRemove.
type RemoveConfig struct {
	Recipe string `json:"recipe"`
	Edge   string `json:"edge"`
}
