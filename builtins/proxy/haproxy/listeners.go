package haproxy

import (
	"net/netip"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// taken returns the listener that stands in the way of a port, if there is one. HAProxy itself would
// either share the port with it silently, each getting some of the connections, or pause everything that
// it serves for two seconds before it gives up.
func taken(p proxy.Port, listeners []netip.AddrPort) (netip.AddrPort, bool) {
	for _, l := range listeners {
		if int(l.Port()) != p.Listen {
			continue
		}
		if p.Address == "" || l.Addr().IsUnspecified() {
			return l, true
		}
		if wanted, err := netip.ParseAddr(p.Address); err == nil && (wanted == l.Addr() || wanted.IsUnspecified()) {
			return l, true
		}
	}
	return netip.AddrPort{}, false
}
