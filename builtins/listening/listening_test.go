package listening_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/deployrecipe/recipe/builtins/listening"
)

func tables(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTCP(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the tables below are a little-endian machine's")
	}
	const head = "  sl  local_address rem_address   st tx_queue\n"
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"both", map[string]string{
			"tcp": head + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n   1: 0100007F:1F90 0200007F:0050 01 00000000:00000000\n",
			"tcp6": head + "   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0\n" +
				"   1: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 0:0\n",
		}, "[127.0.0.1:8080 [::]:80]"},
		{"no IPv6", map[string]string{"tcp": head + "   0: 00000000:0050 00000000:0000 0A 0:0\n"}, "[0.0.0.0:80]"},
		{"nobody", map[string]string{"tcp": head}, "[]"},
		{"no tables", nil, errors.ErrUnsupported.Error()},
		{"damaged", map[string]string{"tcp": "0: XX:0050 00000000:0000 0A"}, `tcp: "XX:0050" is not an address: encoding/hex: invalid byte: U+0058 'X'`},
		{"short", map[string]string{"tcp": "0: 0000:0050 00000000:0000 0A"}, `tcp: "0000:0050" is not an address: 2 bytes`},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := listening.TCP(tables(t, test.files))
			got := fmt.Sprint(found)
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestTCPOfThisMachine(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	found, err := listening.TCP("/proc/net")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this system has no /proc/net")
	}
	if err != nil {
		t.Fatal(err)
	}
	if mine := listener.Addr().(*net.TCPAddr).AddrPort(); !slices.Contains(found, netip.AddrPortFrom(mine.Addr().Unmap(), mine.Port())) {
		t.Errorf("%s is not among %v", mine, found)
	}
}
