package proxy

import (
	"fmt"
	"net/netip"
	"time"
)

// MaxBody is the largest limit of a body that can be asked for, in bytes.
const MaxBody = 1 << 50

// Limits of a route over HTTP. What is zero is as the proxy has it for all.
type Limits struct {
	// Server is how long the server may stay silent, Tunnel how long a websocket may.
	Server time.Duration `json:"server,omitempty"`
	Tunnel time.Duration `json:"tunnel,omitempty"`
	// MaxBody is the size of a request's body in bytes: a larger one is answered 413, and one that does not tell its
	// size 411.
	MaxBody int64 `json:"max_body,omitempty"`
}

func (l Limits) normal() Limits {
	l.Server, l.Tunnel = l.Server.Truncate(time.Millisecond), l.Tunnel.Truncate(time.Millisecond)
	return l
}

// maxTimeout is what HAProxy's timers hold, rounded down.
const maxTimeout = 20 * 24 * time.Hour

func (v *validator) limits(p Port, r Route) {
	if r.Limits != (Limits{}) && p.Mode == TCP {
		v.add("port %s: a port in tcp mode has no limits of requests", p.Name)
	}
	for _, d := range []time.Duration{r.Server, r.Tunnel} {
		if d < 0 || d > maxTimeout {
			v.add("port %s: a timeout of %v is outside 0 to %v", p.Name, d, maxTimeout)
		}
	}
	if r.MaxBody < 0 || r.MaxBody > MaxBody {
		v.add("port %s: %d bytes of a body", p.Name, r.MaxBody)
	}
}

// trusted checks networks whose word is taken.
func (v *validator) trusted(p Port) {
	if len(p.Trusted) > 0 && p.Mode == TCP {
		v.add("port %s: in tcp mode there are no headers to trust", p.Name)
	}
	seen := map[string]bool{}
	for _, network := range p.Trusted {
		v.once(seen, "port "+p.Name+": network", network)
		if prefix, err := netip.ParsePrefix(network); err != nil || prefix.Masked().String() != network {
			v.add("port %s: %q is not a network in its shortest form", p.Name, network)
		}
	}
}

// shortest writes a network as it is kept; what is none stays as it is.
func shortest(network string) string {
	if address, err := netip.ParseAddr(network); err == nil {
		return fmt.Sprintf("%s/%d", address.Unmap(), address.Unmap().BitLen())
	}
	if prefix, err := netip.ParsePrefix(network); err == nil {
		return prefix.Masked().String()
	}
	return network
}

// ParseNetwork gives a network, or an address as a network of its own, in the form of Port.Trusted.
func ParseNetwork(text string) (string, error) {
	network := shortest(text)
	if _, err := netip.ParsePrefix(network); err != nil {
		return "", fmt.Errorf("%q is neither a network, as 10.0.0.0/8, nor an address", text)
	}
	return network, nil
}
