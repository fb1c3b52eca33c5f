package proxytest

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// clientLimit is longer than any answer of a case takes.
const clientLimit = 30 * time.Second

// RealPort is a free port of this machine's loopback.
func RealPort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// RealApp is an App that listens on loopback. It ends with the test.
func RealApp(t testing.TB, name string) App {
	t.Helper()
	a := &realApp{name: name}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.address = netip.MustParseAddrPort(l.Addr().String())
	a.serve(l)
	t.Cleanup(a.Stop)
	return a
}

type realApp struct {
	name    string
	address netip.AddrPort
	mu      sync.Mutex
	server  *http.Server
	gate    chan struct{}
	held    int
}

func (a *realApp) Address() netip.AddrPort { return a.address }

func (a *realApp) serve(l net.Listener) {
	server := &http.Server{Handler: a}
	a.mu.Lock()
	a.server = server
	a.mu.Unlock()
	go server.Serve(l)
}

func (a *realApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/slow") {
		a.mu.Lock()
		gate := a.gate
		a.held++
		a.mu.Unlock()
		if gate != nil {
			<-gate
		}
		a.mu.Lock()
		a.held--
		a.mu.Unlock()
	}
	io.WriteString(w, a.name)
}

func (a *realApp) Hold() (release func()) {
	gate := make(chan struct{})
	a.mu.Lock()
	a.gate = gate
	a.mu.Unlock()
	return sync.OnceFunc(func() { close(gate) })
}

func (a *realApp) Held() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held
}

func (a *realApp) Stop() {
	a.mu.Lock()
	server := a.server
	a.server = nil
	a.mu.Unlock()
	if server != nil {
		server.Close()
	}
}

func (a *realApp) Resume() {
	l, err := net.Listen("tcp", a.address.String())
	if err != nil {
		panic(err) // the port is this test's
	}
	a.serve(l)
}

// RealClient speaks plain HTTP/1.1 to an address, so that nothing but the case decides what is repeated.
func RealClient(address string, keep bool) Client { return &realClient{address: address, keep: keep} }

// SecureClient does so over TLS, and takes any certificate for the host that it asks for.
func SecureClient(address, host string, keep bool) Client {
	return &realClient{address: address, keep: keep, tls: &tls.Config{ServerName: host, InsecureSkipVerify: true}}
}

// Handshake gives the fingerprint of the certificate that a host is shown at an address.
func Handshake(address, host string) (string, error) {
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: clientLimit}, "tcp", address, &tls.Config{ServerName: host, InsecureSkipVerify: true})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].Raw)
	return hex.EncodeToString(sum[:]), nil
}

type realClient struct {
	tls     *tls.Config
	address string
	keep    bool
	conn    net.Conn
	reader  *bufio.Reader
	cookie  string
}

func (c *realClient) Cookie() string { return c.cookie }

func (c *realClient) Get(host, path string, headers ...string) (int, string, error) {
	status, body, again, err := c.get(host, path, headers)
	if err != nil || !again || !c.keep {
		c.Close()
	}
	return status, body, err
}

// get sends one request; again tells whether the connection may carry another.
func (c *realClient) get(host, path string, headers []string) (status int, body string, again bool, err error) {
	if c.conn == nil {
		if c.conn, err = net.Dial("tcp", c.address); err != nil {
			return 0, "", false, err
		}
		if c.tls != nil {
			c.conn = tls.Client(c.conn, c.tls)
		}
		c.reader = bufio.NewReader(c.conn)
	}
	c.conn.SetDeadline(time.Now().Add(clientLimit))
	connection := "close"
	if c.keep {
		connection = "keep-alive"
	}
	more := ""
	for _, line := range headers {
		more += line + "\r\n"
	}
	if _, err := fmt.Fprintf(c.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n%s\r\n", path, host, connection, more); err != nil {
		return 0, "", false, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, "", false, err
	}
	defer response.Body.Close()
	c.cookie, _, _ = strings.Cut(response.Header.Get("Set-Cookie"), ";")
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), !response.Close, err
}

func (c *realClient) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
