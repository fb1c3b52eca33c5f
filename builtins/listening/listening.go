// Package listening tells who listens for TCP on a machine, from the kernel's tables: no tool is needed, nor a
// process of the listener's user.
package listening

import (
	"encoding/binary"
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
)

// state is the kernel's number for the state of a listening socket.
const state = "0A"

// TCP reads tcp and tcp6 of dir, a /proc/net, and gives each address once, in order. It is errors.ErrUnsupported
// where the kernel has no such tables; a kernel without IPv6 lacks only the second one.
func TCP(dir string) ([]netip.AddrPort, error) {
	var found []netip.AddrPort
	for i, name := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			if i == 0 {
				return nil, errors.ErrUnsupported
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			words := strings.Fields(line)
			if len(words) < 4 || words[3] != state {
				continue
			}
			address, err := parse(words[1])
			if err != nil {
				return nil, fmt.Errorf("%s: %q is not an address: %w", name, words[1], err)
			}
			found = append(found, address)
		}
	}
	slices.SortFunc(found, netip.AddrPort.Compare)
	return slices.Compact(found), nil
}

// parse reads "0100007F:1F90": words of 4 bytes in the machine's order, and a port.
func parse(text string) (netip.AddrPort, error) {
	address, port, _ := strings.Cut(text, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	raw, err := hex.DecodeString(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if len(raw) != 4 && len(raw) != 16 {
		return netip.AddrPort{}, fmt.Errorf("%d bytes", len(raw))
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip.Unmap(), uint16(number)), nil
}
