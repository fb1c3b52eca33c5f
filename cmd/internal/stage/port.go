package stage

import (
	"fmt"
	"net"
	"strconv"
)

// FreePort returns the first port from first on that nothing on this machine listens on. They are tried in
// order, not left to the kernel: its choice would be among those that outgoing connections take.
func FreePort(first int) (int, error) {
	const tries = 200
	for port := first; port < first+tries; port++ {
		l, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, fmt.Errorf("no port from %d to %d is free", first, first+tries-1)
}
