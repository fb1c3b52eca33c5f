// Command forward passes connections on: to HOST:PORT, or to a PORT of the engine's machine, at the address of the
// container's default gateway. So a test has a database within a network of its own that runs as a process of the test,
// and clients within one. Its arguments are PORT=PORT or PORT=HOST:PORT, its own and the server's.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
)

func main() {
	gateway, err := defaultGateway()
	for _, pair := range os.Args[1:] {
		from, to, _ := strings.Cut(pair, "=")
		var l net.Listener
		if err == nil {
			l, err = net.Listen("tcp", ":"+from)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if !strings.Contains(to, ":") {
			to = net.JoinHostPort(gateway.String(), to)
		}
		go serve(l, to)
	}
	select {}
}

func serve(l net.Listener, to string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			server, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer server.Close()
			go func() { _, _ = io.Copy(server, conn); _ = server.(*net.TCPConn).CloseWrite() }()
			_, _ = io.Copy(conn, server)
		}()
	}
}

// defaultGateway reads the kernel's table of routes, whose addresses are hexadecimal and begin with the last byte.
func defaultGateway() (net.IP, error) {
	table, err := os.Open("/proc/net/route")
	if err != nil {
		return nil, err
	}
	defer table.Close()
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 2 && fields[1] == "00000000" {
			address, err := hex.DecodeString(fields[2])
			slices.Reverse(address)
			return net.IP(address), err
		}
	}
	return nil, fmt.Errorf("there is no default route")
}
