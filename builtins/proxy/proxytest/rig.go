// Package proxytest is the one suite that every edge passes, real or played.
//
// A driver's test gives a Rig: an edge, backends that answer with their name, and clients that never try
// twice, so a request that the edge loses fails a case.
package proxytest

import (
	"net/netip"
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Rig is an edge under test with all around it.
type Rig interface {
	Edge() proxy.Edge
	// Port is one on which nothing listens.
	Port(t testing.TB) int
	// Start starts a backend whose answers have its name for a body.
	Start(t testing.TB, name string) App
	// Client is one client. With keep it sends its requests over one connection while the edge lets it.
	Client(port int, keep bool) Client
	// Secure is a client that speaks TLS and asks for a host, which it takes any certificate for.
	Secure(port int, host string, keep bool) Client
	// Handshake gives the fingerprint of the certificate that a client gets to see who asks for a host, "" for one that
	// names none.
	Handshake(port int, host string) (fingerprint string, err error)
	// Reload has the edge start a new worker, as somebody else would.
	Reload(t testing.TB)
	// Refuse makes the edge refuse every new configuration, until it is called with false.
	Refuse(refuse bool)
}

// App is a backend of a rig.
type App interface {
	Address() netip.AddrPort
	// Hold makes requests for paths that start with /slow wait until release is called.
	Hold() (release func())
	// Held is the number of requests that wait now.
	Held() int
	// Stop ends the app at once, with whatever it was doing. Resume starts it again at its address.
	Stop()
	Resume()
}

// Client sends requests and never repeats one.
type Client interface {
	// Get returns the status and, of a backend, its name. Headers are lines, "Name: value".
	Get(host, path string, headers ...string) (status int, body string, err error)
	// Cookie is the one that the last answer set, as NAME=VALUE.
	Cookie() string
	Close()
}

// Run runs the suite, with a rig of its own for each case.
func Run(t *testing.T, start func(t *testing.T) Rig) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Rig)
	}{
		{"FirstSite", firstSite},
		{"Routes", routes},
		{"Internal", internal},
		{"Percent", percent},
		{"Match", match},
		{"MatchOnASharedPort", matchShared},
		{"Sticky", sticky},
		{"TCP", tcp},
		{"SwitchUnderLoad", switchUnderLoad},
		{"ReloadUnderLoad", reloadUnderLoad},
		{"HoldUnderLoad", holdUnderLoad},
		{"HoldTCP", holdTCP},
		{"HoldEnds", holdEnds},
		{"ReloadWhileHeld", reloadWhileHeld},
		{"Maintenance", maintenance},
		{"GroupMovesAtOnce", groupMovesAtOnce},
		{"Failover", failover},
		{"Standby", standby},
		{"DrainWaits", drainWaits},
		{"DrainWaitsAcrossReload", drainWaitsAcrossReload},
		{"DrainGivesUp", drainGivesUp},
		{"KeptClients", keptClients},
		{"SlotReuse", slotReuse},
		{"RemoveLeavesOthers", removeLeavesOthers},
		{"Claims", claims},
		{"Invalid", invalid},
		{"RefusedLeavesAll", refusedLeavesAll},
		{"ReloadByOthers", reloadByOthers},
		{"NothingChanges", nothingChanges},
		{"ChangeFails", changeFails},
		{"ManyAtOnce", manyAtOnce},
		{"Stats", stats},
		{"AccessLog", accessLog},
		{"Limits", limits},
		{"TLS", tlsPort},
		{"TCPByName", tcpByName},
		{"Redirect", redirect},
		{"RenewUnderLoad", renewUnderLoad},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, start(t)) })
	}
}
