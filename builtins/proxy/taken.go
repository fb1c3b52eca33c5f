package proxy

import "net/netip"

// Taken returns the one of the addresses on which somebody listens that stands in the way of the port, if there is
// one. HAProxy itself would either share the port silently, each getting some of the connections, or pause
// everything that it serves for two seconds before it gives up.
func (p Port) Taken(listeners []netip.AddrPort) (netip.AddrPort, bool) {
	for _, l := range listeners {
		if int(l.Port()) != p.Listen {
			continue
		}
		if p.Address == "" || l.Addr().IsUnspecified() {
			return l, true
		}
		for _, wanted := range p.Binds() {
			if wanted == l.Addr() || wanted.IsUnspecified() {
				return l, true
			}
		}
	}
	return netip.AddrPort{}, false
}
