package haproxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/certificate"
	"github.com/deployrecipe/recipe/builtins/certificate/certtest"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/proxytest"
)

// withoutSSL is a HAProxy that was built without OpenSSL, as far as it says.
type withoutSSL struct{ Host }

func (w withoutSSL) Check(context.Context, map[string][]byte) (string, error) {
	return "", fmt.Errorf("%w: [ALERT] parsing [cfg/10-port-443.cfg:4]: 'bind :443' unknown keyword 'ssl'", proxy.ErrRefused)
}

// securely makes pairs of one name and a site that has one of them.
func securely(t *testing.T, port int) (pairs [2]proxy.Pair, site func(i int) proxy.Site) {
	t.Helper()
	a := certtest.New(t, "authority")
	for i := range pairs {
		signed := a.For(t, time.Hour, "shop.test")
		var err error
		if pairs[i], err = certificate.Pair("main", signed.Chain(), signed.Key); err != nil {
			t.Fatal(err)
		}
	}
	return pairs, func(i int) proxy.Site {
		return proxy.Site{Recipe: "shop", Groups: []proxy.Group{{Name: "web"}}, Services: []proxy.Service{{Name: "web", Group: "web", Mode: proxy.HTTP}},
			Ports: []proxy.Port{{Name: "https", Listen: port, Address: "127.0.0.1", Mode: proxy.HTTP, Routes: []proxy.Route{{Service: "web"}},
				TLS: &proxy.TLS{Certificates: []proxy.Certificate{pairs[i].Certificate}}}}}
	}
}

func TestWithoutTLS(t *testing.T) {
	r := start(t)
	pairs, site := securely(t, r.Port(t))
	edge := New(withoutSSL{r.host}, Options{})
	if err := edge.Certify(t.Context(), "shop", pairs[:1], nil); err != nil {
		t.Fatal(err)
	}
	if _, err := edge.Update(t.Context(), "shop", to(site(0))); !errors.Is(err, proxy.ErrNoTLS) || !strings.Contains(err.Error(), "OpenSSL") {
		t.Errorf("%v", err)
	}
}

// Files with keys are for their owner alone, no reader tells of them, and none stays longer than something may need it.
func TestKeys(t *testing.T) {
	r := start(t)
	pairs, site := securely(t, r.Port(t))
	has := func(want ...int) {
		t.Helper()
		var names []string
		for _, i := range want {
			names = append(names, pairs[i].ID())
		}
		keys, err := r.host.ReadKeys(t.Context(), "shop")
		if err != nil || len(keys) != len(names) {
			t.Errorf("there are %d files, want those of %v: %v", len(keys), want, err)
		}
		for _, id := range names {
			if string(keys[keyFile("shop", id)]) == "" {
				t.Errorf("%s is not there", id)
			}
		}
		files, err := r.edge.Files(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if strings.Contains(name, keysDir) || strings.Contains(string(text), "PRIVATE KEY") {
				t.Errorf("%s is listed", name)
			}
		}
	}
	for _, id := range []int{0, 1} { // the first one was brought by somebody who then died
		if err := r.edge.Certify(t.Context(), "shop", pairs[id:id+1], nil); err != nil {
			t.Fatal(err)
		}
	}
	has(1)
	for _, i := range []int{1, 0, 1} {
		if err := r.edge.Certify(t.Context(), "shop", pairs[i:i+1], []string{"more"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.edge.Update(t.Context(), "shop", to(site(i))); err != nil {
			t.Fatal(err)
		}
		has(i)
	}
	for path, mode := range map[string]os.FileMode{keysDir: 0o700, keysDir + "/shop": 0o700, keyFile("shop", pairs[1].ID()): 0o600} {
		stat, err := os.Stat(filepath.Join(r.host.Dir, path))
		if err != nil || stat.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want %o", path, stat.Mode(), err, mode)
		}
	}
	if err := r.edge.Remove(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	has()
}

// A worker that was not told of a renewal, since whoever wrote it died, is told by the next update; and one that cannot be
// told gets it by a reload.
func TestRenewalThatWasCutOff(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	pairs, site := securely(t, port)
	if err := r.edge.Certify(t.Context(), "shop", pairs[:], nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.edge.Update(t.Context(), "shop", to(site(0))); err != nil {
		t.Fatal(err)
	}
	if err := r.edge.Certify(t.Context(), "shop", pairs[1:], nil); err != nil {
		t.Fatal(err)
	}
	cut := New(deaf{r.host}, Options{})
	if _, err := cut.Update(t.Context(), "shop", to(site(1))); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	shows := func(i int) {
		t.Helper()
		if got, err := r.Handshake(port, "shop.test"); err != nil || got != pairs[i].Fingerprint {
			t.Errorf("%s is shown, %v, want %s", got, err, pairs[i].Fingerprint)
		}
	}
	shows(0)
	// What a cut-off transaction leaves is in nobody's way.
	if _, err := r.host.Command(t.Context(), Admin, "new ssl cert elsewhere.pem"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.host.Command(t.Context(), Admin, "set ssl cert elsewhere.pem <<\n"+strings.TrimSpace(string(pairs[0].PEM))+"\n"); err != nil {
		t.Fatal(err)
	}
	out, err := r.edge.Update(t.Context(), "shop", func(*proxy.Site) error { return nil })
	if err != nil || out.Wrote {
		t.Errorf("%+v, %v", out, err)
	}
	shows(1)
}

var errCut = errors.New("cut off")

// deaf is a host whose HAProxy cannot be told of certificates.
type deaf struct{ Host }

func (d deaf) Command(ctx context.Context, socket Socket, line string) (string, error) {
	if strings.HasPrefix(line, "new ssl cert") {
		return "", errCut
	}
	return d.Host.Command(ctx, socket, line)
}

// Whoever is redirected keeps host, path and query, and is told the port where that is not the usual one.
func TestRedirectLocation(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	site := proxy.Site{Recipe: "shop", Ports: []proxy.Port{{Name: "http", Listen: port, Address: "127.0.0.1", Mode: proxy.HTTP,
		Routes: []proxy.Route{{Host: "shop.test", Redirect: 443}, {Redirect: 8443}}}}}
	if _, err := r.edge.Update(t.Context(), "shop", to(site)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"shop.test", "/a/b?c=d%20&e", "https://shop.test/a/b?c=d%20&e"},
		{"Shop.Test:80", "/", "https://shop.test/"},
		{"other.test:80", "/x", "https://other.test:8443/x"},
		{"[::1]:80", "/", "https://[::1]:8443/"},
		{"", "/", ""},
	} {
		request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c[1], c[0])
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		conn.Write([]byte(request))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if want := map[bool]int{true: 308, false: 400}[c[2] != ""]; answer.StatusCode != want || answer.Header.Get("Location") != c[2] {
			t.Errorf("%s%s: %d to %s, want %s", c[0], c[1], answer.StatusCode, answer.Header.Get("Location"), c[2])
		}
	}
}

// What somebody else decrypts is passed through to whom the client asks for, and what is no TLS to whom nobody is asked for.
func TestPassThrough(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	serve := func(body string, secure bool) netip.AddrPort {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return netip.MustParseAddrPort(s.Listener.Addr().String())
	}
	site := proxy.Site{Recipe: "shop", Groups: []proxy.Group{{Name: "g"}}, Ports: []proxy.Port{{Name: "tls", Listen: port, Address: "127.0.0.1", Mode: proxy.TCP,
		Routes: []proxy.Route{{Host: "one.test", Service: "one"}, {Host: "two.test", Service: "two"}, {Service: "plain"}}}}}
	for name, at := range map[string]netip.AddrPort{"one": serve("one", true), "two": serve("two", true), "plain": serve("plain", false)} {
		site.Services = append(site.Services, proxy.Service{Name: name, Group: "g", Mode: proxy.TCP,
			A: proxy.Backend{Release: "1", Servers: []proxy.Server{{Slot: 1, Address: at, State: proxy.Ready}}}})
	}
	if _, err := r.edge.Update(t.Context(), "shop", to(site)); err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for name, client := range map[string]proxytest.Client{"one": proxytest.SecureClient(address, "one.test", false),
		"two": proxytest.SecureClient(address, "TWO.test", false), "plain": proxytest.RealClient(address, false)} {
		if status, body, err := client.Get("any", "/"); err != nil || status != 200 || body != name {
			t.Errorf("%s: %d %q %v", name, status, body, err)
		}
		client.Close()
	}
}
