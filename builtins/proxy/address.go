package proxy

import (
	"net/netip"
	"slices"
	"strings"
)

// An internal port listens on the gateways of a recipe's networks, and takes connections from these networks alone.
// Its Address is written as those gateways with their networks' sizes, apart by commas: 10.64.0.1/21,10.64.8.1/21. It
// is bound whether a gateway is there or not: a network that somebody removed must not keep a restarted edge from
// listening for all others.

// InternalAddress is the Address of an internal port on networks, each with its gateway's address.
func InternalAddress(gateways []netip.Prefix) string {
	var texts []string
	for _, g := range gateways {
		texts = append(texts, g.String())
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ",")
}

// Internal tells whether only who is on one of the port's networks may connect.
func (p Port) Internal() bool { return strings.Contains(p.Address, "/") }

// Networks are those of an internal port, in order; others have none.
func (p Port) Networks() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range strings.Split(p.Address, ",") {
		if network, err := netip.ParsePrefix(text); err == nil {
			all = append(all, network)
		}
	}
	return all
}

// Binds are the addresses that the port listens on, in order; none stands for every one.
func (p Port) Binds() []netip.Addr {
	var all []netip.Addr
	for _, network := range p.Networks() {
		all = append(all, network.Addr())
	}
	if one, err := netip.ParseAddr(p.Address); err == nil {
		all = append(all, one)
	}
	return all
}

// validAddress tells whether an address is in the one form that files hold.
func (p Port) validAddress() bool {
	switch {
	case p.Address == "":
		return true
	case p.Internal():
		networks := p.Networks()
		return InternalAddress(networks) == p.Address &&
			!slices.ContainsFunc(networks, func(n netip.Prefix) bool { return !n.Addr().Is4() || n.Bits() == 0 })
	}
	address, err := netip.ParseAddr(p.Address)
	return err == nil && address.Zone() == "" && address.String() == p.Address
}

// overlap tells whether a connection could be meant for both ports.
func overlap(p, q Port) bool {
	return p.Listen == q.Listen && (p.every() || q.every() ||
		slices.ContainsFunc(p.Binds(), func(a netip.Addr) bool { return slices.Contains(q.Binds(), a) }))
}

func (p Port) every() bool {
	return p.Address == "" || p.Address == "0.0.0.0" || p.Address == "::"
}
