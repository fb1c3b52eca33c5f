package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A Kind is a way of using the app.
type Kind string

// The kinds. All but KeepAlive and Post open a connection of their own.
const (
	KeepAlive Kind = "keep-alive" // GET on a connection that is used again and again
	Fresh     Kind = "fresh"      // GET on a new connection, closed after
	HTTP10    Kind = "http/1.0"   // GET as HTTP/1.0, which ends with the connection
	Post      Kind = "post"       // POST of a small body, on a kept connection
	SlowPost  Kind = "slow-post"  // POST whose body takes Options.Dribble to send
	SlowGet   Kind = "slow-get"   // GET whose answer takes Options.Slow to begin
	Stream    Kind = "stream"     // GET whose answer takes Options.Slow to end
	WebSocket Kind = "websocket"  // a connection that echoes for Options.Hold
	TCP       Kind = "tcp"        // the same, in plain bytes, on Options.TCP
	Endless   Kind = "endless"    // a stream without an end; Options.Endless of them, not in a Mix
)

// Kinds returns every kind, in the order of reports.
func Kinds() []Kind {
	return []Kind{KeepAlive, Fresh, HTTP10, Post, SlowPost, SlowGet, Stream, WebSocket, TCP, Endless}
}

// quick tells whether the app answers at once, so that the latency is the
// server's doing.
func (k Kind) quick() bool { return k == KeepAlive || k == Fresh || k == HTTP10 || k == Post }

// kept tells whether the kind uses the pool's connections.
func (k Kind) kept() bool { return k == KeepAlive || k == Post }

// A Mix gives each kind its share of the operations; shares need not sum up to
// anything.
type Mix map[Kind]int

// DefaultMix is mostly quick requests, half of them on kept connections, with
// some of everything that a switch can break.
func DefaultMix(tcp bool) Mix {
	m := Mix{KeepAlive: 50, Fresh: 20, HTTP10: 5, Post: 8, SlowPost: 3, SlowGet: 5, Stream: 4, WebSocket: 3}
	if tcp {
		m[TCP] = 2
	}
	return m
}

func (m Mix) total() (sum int) {
	for _, share := range m {
		sum += share
	}
	return sum
}

func (m Mix) check() error {
	for kind, share := range m {
		switch {
		case kind == Endless:
			return fmt.Errorf("endless streams would pile up in a mix; Options.Endless says how many to hold")
		case !slices.Contains(Kinds(), kind):
			return fmt.Errorf("there is no kind of load %q", kind)
		case share < 0:
			return fmt.Errorf("the share of %s is negative", kind)
		}
	}
	if m.total() <= 0 {
		return fmt.Errorf("the mix gives no kind a share")
	}
	return nil
}

func (m Mix) needsHTTP() bool { return m.total() > m[TCP] }

// pick draws a kind. It walks the kinds in their fixed order: the order of a
// map would make the same seed give other sequences.
func (m Mix) pick(draw *rand.Rand) Kind {
	n := draw.IntN(m.total())
	for _, kind := range Kinds() {
		if n -= m[kind]; n < 0 {
			return kind
		}
	}
	panic("unreachable: the shares sum up to their total")
}
