package proxy_test

import (
	"net/netip"
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

func TestTaken(t *testing.T) {
	all := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80"), netip.MustParseAddrPort("[::]:81")}
	for _, c := range []struct {
		address string
		listen  int
		taken   bool
	}{
		{"", 80, true}, {"127.0.0.1", 80, true}, {"127.0.0.2", 80, false}, {"0.0.0.0", 80, true},
		{"", 81, true}, {"127.0.0.1", 81, true}, {"", 82, false},
		{"10.0.0.1/21,127.0.0.1/8", 80, true}, {"10.0.0.1/21", 80, false}, {"10.0.0.1/21", 81, true},
	} {
		if _, ok := (proxy.Port{Address: c.address, Listen: c.listen}).Taken(all); ok != c.taken {
			t.Errorf("%s:%d taken: %v", c.address, c.listen, ok)
		}
	}
}
