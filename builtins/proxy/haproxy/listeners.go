package haproxy

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

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// listening is the kernel's number for the state of a listening TCP socket.
const listening = "0A"

// listeners reads tcp and tcp6 of a /proc/net: the machine's where HAProxy shares its network.
func listeners(dir string) ([]netip.AddrPort, error) {
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
			if len(words) < 4 || words[3] != listening {
				continue
			}
			address, err := kernelAddress(words[1])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			found = append(found, address)
		}
	}
	return found, nil
}

// kernelAddress reads "0100007F:1F90": words of 4 bytes in the machine's order, and a port.
func kernelAddress(text string) (netip.AddrPort, error) {
	address, port, _ := strings.Cut(text, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	raw, err := hex.DecodeString(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is not an address", text)
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(number)), nil
}

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
