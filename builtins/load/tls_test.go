package load

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/certificate/certtest"
)

// Over TLS all kinds work as without, and a certificate that is not for the name fails every one.
func TestTLS(t *testing.T) {
	authority := certtest.New(t, "authority")
	signed := authority.For(t, time.Hour, "shop.test")
	pair, err := tls.X509KeyPair([]byte(signed.Chain()), []byte(signed.Key))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(app("a"))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	o := short(server.URL, Mix{KeepAlive: 4, Fresh: 2, Post: 1, WebSocket: 1, Stream: 1})
	o.Host, o.Roots = "shop.test", x509.NewCertPool()
	o.Roots.AddCert(authority.Certificate)
	if r := run(t, o); r.Total.Failed > 0 || r.Kinds[KeepAlive].OK == 0 || r.Kinds[WebSocket].OK == 0 {
		t.Errorf("over TLS\n%s", r)
	}
	o.Host = "other.test"
	if r := run(t, o); r.Total.OK > 0 || len(r.Failures) == 0 || !strings.Contains(r.Failures[0].String(), "other.test") {
		t.Errorf("for another name\n%s", r)
	}
}
