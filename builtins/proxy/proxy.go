// Package proxy is the contract between recipe and the proxy that stands before every app: the edge.
//
// The edge is shared by all recipes on an engine. What one recipe wants of it is a Site: its listening
// ports with their routes, its switching groups, and for each of its services a pair of backends, a and b,
// that hold one release each. Which side gets a request is one number per group, the percentage that goes
// to b, so that several services switch in one write and percentages do not depend on replica counts.
//
// A driver keeps files, which say what is meant and outlive restarts, and a runtime, which says what is.
// Update changes both, files first. The haproxy package drives HAProxy, the sim package plays an edge in
// memory; both pass the suite in proxytest.
package proxy

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrRefused says that the proxy did not accept a configuration; the text holds its own words, and
	// nothing that served has changed.
	ErrRefused = errors.New("the proxy refuses its configuration")
	// ErrClaimed says that two recipes claim the same port, host and path, or one port in two modes.
	ErrClaimed = errors.New("claimed by another recipe")
	// ErrFormat says that the edge's files were written by a newer recipe, or not by recipe.
	ErrFormat = errors.New("files of another format")
	// ErrPortTaken says that something else listens on a port that a site wants.
	ErrPortTaken = errors.New("the port is taken")
	// ErrInvalid says that a site contradicts itself or holds what no configuration may hold.
	ErrInvalid = errors.New("not a valid site")
	// ErrInUse says that a slot would get another address while it may still carry requests of the old
	// one: counters belong to the slot, so it could never be told when the old server is drained.
	ErrInUse = errors.New("the slot is in use")
	// ErrCannotHold says that the proxy has no means to let requests wait.
	ErrCannotHold = errors.New("the proxy cannot hold requests")
	// ErrNoTLS says that the proxy was built without TLS.
	ErrNoTLS = errors.New("the proxy cannot speak TLS")
	// ErrAbsent says that no edge exists on this engine.
	ErrAbsent = errors.New("no edge")
)

// Reader is what can be asked of an edge without changing anything.
type Reader interface {
	// Sites reads the sites of all recipes from the edge's files. A missing edge has none.
	Sites(context.Context) ([]Site, error)
	// Files are the edge's files by path, as they stand: for showing and for telling edits by hand.
	Files(context.Context) (map[string][]byte, error)
}

// Edge is a running edge that an apply changes.
type Edge interface {
	Reader
	// Update changes one recipe's site: it reads the site from the files (an empty one if there is none),
	// lets change alter it, checks claims against the other sites, has the proxy check the new files
	// before they replace the old, writes them, and brings the runtime in line with them: reloading where
	// the runtime alone cannot follow, else ready servers first, then percentages, then drains, then maint,
	// each read back. Calls for one edge exclude each other, also between processes. A change that returns
	// an error ends the call with that error and changes nothing. An Update that alters nothing in the
	// site still brings the runtime in line with the files. One that needs a reload waits while a group is held, unless
	// it ends the hold itself: the worker that has what waits would go on with a state that nobody changes any more.
	// Change may be called again after such a wait.
	Update(ctx context.Context, recipe string, change func(*Site) error) (Outcome, error)
	// Certify lays a recipe's certificates with their keys ready for an Update whose site names them. Nothing that
	// serves changes by it, and no Reader tells of it. Of those that were laid ready before it keeps what the site names
	// and whatever has one of the IDs in keep. An Update that names what was not laid ready is ErrInvalid, and one that
	// gives another certificate to a name needs no reload.
	Certify(ctx context.Context, recipe string, pairs []Pair, keep []string) error
	// Now is the time by the clock of the machine where the proxy runs.
	Now(context.Context) (time.Time, error)
	// Remove takes a recipe's site off the edge. A missing one is no error.
	Remove(ctx context.Context, recipe string) error
	// Drain waits until none of the servers has a connection or a queued request, over all workers, old
	// ones too, and twice in a row; or until limit. It returns how many connections were left then.
	Drain(ctx context.Context, servers []ServerID, limit time.Duration, progress func(open int)) (left int, err error)
	// Stats reads the counters of the servers, summed over workers.
	Stats(ctx context.Context, servers []ServerID) (map[ServerID]Stats, error)
	// Counters are those of each worker by itself: a worker that a reload replaced ends, and takes its own along,
	// while those of the next one begin at 0. Window adds them up.
	Counters(ctx context.Context, servers []ServerID) (map[Worker]map[ServerID]Stats, error)
	// Requests tells of a recipe's requests that ended, from the access log and in its order. The log is bounded, and
	// keeps what happened before a reload. An error of each ends it and is returned.
	Requests(ctx context.Context, recipe string, q LogQuery, each func(LogEntry) error) error
	Close() error
}

// Outcome tells what an Update did.
type Outcome struct {
	Wrote    bool // some file changed
	Reloaded bool // a new worker took over
}

// Site is one recipe's part in an edge. Its lists have an order, and some texts have two spellings:
// Normal gives the one form that an edge keeps and returns.
type Site struct {
	Recipe   string    `json:"recipe"`
	Origin   string    `json:"origin,omitempty"`
	Ports    []Port    `json:"ports,omitempty"`    // by Listen, then Address
	Groups   []Group   `json:"groups,omitempty"`   // by Name
	Services []Service `json:"services,omitempty"` // by Name
	// Maintenance is what is answered to requests while Down; nil for a site that has no page to put up.
	Maintenance *Maintenance `json:"maintenance,omitempty"`
	Down        bool         `json:"down,omitempty"`
}

// Mode of a port: what HAProxy understands of its traffic.
type Mode string

// The modes.
const (
	HTTP Mode = "http"
	TCP  Mode = "tcp"
)

// Port is a listening port of a recipe. Several recipes may share one, with different routes;
// within a site, one Port holds all routes of a listening port and address.
type Port struct {
	Name    string  `json:"name"` // the block's label
	Listen  int     `json:"listen"`
	Address string  `json:"address,omitempty"` // to bind, every one when empty; see InternalAddress
	Mode    Mode    `json:"mode"`
	Routes  []Route `json:"routes"`
	// Trusted are networks of proxies before the edge, whose X-Forwarded headers and Forwarded are believed and passed
	// on for this recipe's routes. Those of everybody else are taken off.
	Trusted []string `json:"trusted,omitempty"` // in order, as 10.0.0.0/8
	TLS     *TLS     `json:"tls,omitempty"`     // nil for a port that does not speak it
}

// Route leads requests to a service, or elsewhere.
type Route struct {
	Host    string `json:"host,omitempty"` // lower case, without port; any when empty. In TCP mode whom a client asks for over TLS
	Path    string `json:"path,omitempty"` // prefix on segment borders, "/" when empty; the longest wins
	Service string `json:"service"`        // Service.Name; empty where requests are redirected
	// Redirect, when not 0, has requests answered 308 with the same URL over TLS, on the port of this number.
	Redirect int `json:"redirect,omitempty"`
	Limits
}

// Group is what switches in one write.
type Group struct {
	Name string `json:"name"`
	// Percent of the requests that go to side b: 0 and 100 are releases alone, all between is a canary.
	Percent int `json:"percent"`
	// Match leads some requests by what they carry. It is about requests over HTTP alone.
	Match []Match `json:"match,omitempty"` // by Header, Cookie, Value
	// Sticky has a client stay, by a cookie, with the release that it was given, while both sides get requests.
	// Only then are cookies set. A Match in force comes first.
	Sticky bool `json:"sticky,omitempty"`
	// Switch is the switchover under way, nil for none.
	Switch *Switch `json:"switch,omitempty"`
	// Until, when not 0, has the group's requests and new connections wait: until it is taken away, or until this time
	// by the clock of Edge.Now, in seconds since 1970. So a hold that nobody ends any more ends by itself.
	Until int64 `json:"until,omitempty"`
	// Standby is since when the side without traffic stands by (see Site.StandsBy), zero where it does not.
	Standby time.Time `json:"standby,omitzero"`
}

// Side is one of a service's two backends.
type Side string

// The sides.
const (
	A Side = "a"
	B Side = "b"
)

// Other is the side that s is not.
func (s Side) Other() Side {
	if s == A {
		return B
	}
	return A
}

// Live is the side of the release that serves: during a switchover the one that the traffic comes from, else the one
// that gets most of it.
func (g Group) Live() Side {
	if g.Switch != nil {
		return g.Switch.To.Other()
	}
	if g.Percent >= 50 {
		return B
	}
	return A
}

// Service is a service's named port behind the edge: a pair of backends.
type Service struct {
	Name  string  `json:"name"` // service.port, for example web.http
	Group string  `json:"group"`
	Mode  Mode    `json:"mode"`
	A     Backend `json:"a"`
	B     Backend `json:"b"`
}

// Side returns the backend of one side.
func (s *Service) Side(side Side) *Backend {
	if side == B {
		return &s.B
	}
	return &s.A
}

// Backend holds the servers of one release. The zero Backend holds none, and one without servers becomes
// the zero Backend: a side that serves nobody has no release and no check.
type Backend struct {
	Release string   `json:"release,omitempty"`
	Check   *Check   `json:"check,omitempty"`
	Servers []Server `json:"servers,omitempty"` // by Slot
}

// Check is how the proxy watches a backend's servers while they serve. Without one it watches by connecting.
type Check struct {
	Path     string        `json:"path,omitempty"` // GET in HTTP checks; a connection alone when empty
	Host     string        `json:"host,omitempty"` // Host header of HTTP checks
	Interval time.Duration `json:"interval"`
	Timeout  time.Duration `json:"timeout"`
	Retries  int           `json:"retries"` // failures in a row that take a server out
	// Port of the same server that is checked, 0 for the one that serves.
	Port int `json:"port,omitempty"`
}

// State of a server, in HAProxy's words.
type State string

// The states.
const (
	// Ready servers take requests when their side is chosen.
	Ready State = "ready"
	// Draining servers end what they have and get nothing new. They are watched, so a server that is
	// about to take over is probed in this state.
	Draining State = "drain"
	// Maint servers get nothing and are not watched.
	Maint State = "maint"
)

// Server is one instance of a release.
type Server struct {
	Slot    int            `json:"slot"` // from 1
	Address netip.AddrPort `json:"address"`
	State   State          `json:"state"`
}

// ServerID names a server on an edge.
type ServerID struct {
	Recipe  string `json:"recipe"`
	Service string `json:"service"`
	Side    Side   `json:"side"`
	Slot    int    `json:"slot"`
}

// Worker names a process that serves, or ends what it has; no two of an edge have had one name.
type Worker int

// Stats are a server's counters since its worker started.
type Stats struct {
	Sessions       int64 // connections or requests given to it
	Active         int64 // open now
	Queued         int64
	Responses      [6]int64 // by first digit of the status: Responses[2] counts 2xx
	ConnectErrors  int64
	ResponseErrors int64
	Check          string // the last check in HAProxy's words: L7OK, L4CON ...
	Up             bool
}
