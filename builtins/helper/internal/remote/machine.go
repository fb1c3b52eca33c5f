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

// Machine reads who listens for TCP in the helper's network, which is the machine's where the helper has host
// networking, and what else the kernel tells. It is asked itself, and no tool, since the helper's image holds
// nothing else.
func (s *service) Machine(_ wire.None, out *wire.Machine) error {
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
			if addr, ok := listener(lines.Text()); ok && !slices.Contains(out.Listeners, addr.String()) {
				out.Listeners = append(out.Listeners, addr.String())
			}
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return wire.Pack(fmt.Errorf("reading %s: %w", f.Name(), err))
		}
	}
	slices.Sort(out.Listeners)
	// Where IPv6 is switched off no interface has an address of it, the loopback included.
	interfaces, err := os.ReadFile(filepath.Join(s.Proc, "net", "if_inet6"))
	out.IPv6 = err == nil && len(interfaces) > 0
	out.Files = maxFiles()
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
