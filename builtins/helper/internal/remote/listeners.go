package remote

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// Listeners reads who listens for TCP in the helper's network, which is the machine's where the helper has
// host networking. The kernel is asked, not a tool, since the helper's image holds nothing else.
func (s *service) Listeners(_ wire.None, out *wire.Listeners) error {
	s.hear()
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(filepath.Join(s.Proc, "net", table))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a kernel without IPv6
		}
		if err != nil {
			return wire.Pack(err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if addr, ok := listener(lines.Text()); ok && !slices.Contains(out.Addresses, addr.String()) {
				out.Addresses = append(out.Addresses, addr.String())
			}
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return wire.Pack(fmt.Errorf("reading %s: %w", f.Name(), err))
		}
	}
	slices.Sort(out.Addresses)
	return nil
}

// listener reads one line of the kernel's table: "0: 0100007F:1F90 00000000:0000 0A ...", where 0A says that
// the socket listens.
func listener(line string) (netip.AddrPort, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || fields[3] != "0A" {
		return netip.AddrPort{}, false
	}
	host, port, _ := strings.Cut(fields[1], ":")
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	// The kernel prints each 32-bit word in the machine's order, which is little-endian wherever engines run.
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	addr, ok := netip.AddrFromSlice(raw)
	number, err := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(number)), true
}
