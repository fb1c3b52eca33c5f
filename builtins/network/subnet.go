package network

import (
	"encoding/binary"
	"hash/fnv"
	"net/netip"
)

// Networks get their subnets from us, since servers behind the edge need fixed addresses: an engine that
// hands them out itself may swap those of two restarted containers, and the proxy would send one app's
// requests to the other. The lower half of a subnet is the engine's to hand out, the upper half is ours.

// pool is what subnets are cut from: of the private ranges one that neither engines nor the clouds' networks use
// by default. A bridge holds at most 1023 containers, so a subnet has 2048 addresses.
var pool = netip.MustParsePrefix("10.64.0.0/11")

const bits = 21

// Choose picks a free subnet for a network of that name: the first free one from a place that the name
// decides, so that the choice is the same in every plan and two first applies seldom want the same.
func Choose(name string, taken []netip.Prefix) (netip.Prefix, bool) {
	total := uint32(1) << (bits - pool.Bits())
	h := fnv.New32a()
	h.Write([]byte(name))
	start := h.Sum32() % total
	base := binary.BigEndian.Uint32(pool.Addr().AsSlice())
	for i := range total {
		n := (start + i) % total
		candidate := netip.PrefixFrom(address(base+n<<(32-bits)), bits)
		if !overlaps(candidate, taken) {
			return candidate, true
		}
	}
	return netip.Prefix{}, false
}

func overlaps(p netip.Prefix, taken []netip.Prefix) bool {
	for _, t := range taken {
		if t.IsValid() && t.Overlaps(p) {
			return true
		}
	}
	return false
}

// Gateway is the first address of a subnet.
func Gateway(subnet netip.Prefix) netip.Addr { return subnet.Masked().Addr().Next() }

// Dynamic is the part of a subnet that the engine hands out: its lower half.
func Dynamic(subnet netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(subnet.Masked().Addr(), subnet.Bits()+1)
}

// Fixed calls yield with the addresses of the upper half, lowest first, but for the broadcast address.
func Fixed(subnet netip.Prefix) func(yield func(netip.Addr) bool) {
	return func(yield func(netip.Addr) bool) {
		if !subnet.Addr().Is4() {
			return
		}
		first := binary.BigEndian.Uint32(subnet.Masked().Addr().AsSlice())
		size := uint32(1) << (32 - subnet.Bits())
		for n := first + size/2; n < first+size-1; n++ {
			if !yield(address(n)) {
				return
			}
		}
	}
}

// IsFixed tells whether an address is one of Fixed.
func IsFixed(subnet netip.Prefix, a netip.Addr) bool {
	return subnet.Contains(a) && !Dynamic(subnet).Contains(a)
}

func address(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}
