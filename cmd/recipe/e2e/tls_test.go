package e2e

import (
	"archive/tar"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/certificate/certtest"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/eval/event"
)

const secureHost = "shop.test"

// A certificate is renewed under load, between and beside switches, without a lost request and without a reload; an edge
// that is restarted has the new one; and its key is nowhere but on the edge.
func TestTLS(t *testing.T) {
	t.Parallel()
	d, authority := newDeploy(t), certtest.New(t, "authority of the test")
	var keys []string
	var shown string
	issue := func() {
		signed := authority.For(t, 90*24*time.Hour, secureHost)
		d.write("fullchain.pem", signed.Chain())
		d.write("key.pem", signed.Key)
		keys = append(keys, strings.Split(signed.Key, "\n")[1][20:]) // past what all keys begin with
		block, err := tls.X509KeyPair([]byte(signed.Chain()), []byte(signed.Key))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(block.Certificate[0])
		shown = hex.EncodeToString(sum[:])
	}
	issue()
	a := standard()
	plain := freePort(t)
	a.more = fmt.Sprintf("port \"plain\" {\n  listen   = %d\n  redirect = port.web\n}\n", plain) + "secret \"key\" { file = \"key.pem\" }\n"
	a.edit = func(text string) string {
		return strings.Replace(text, "  route { to = service.web.http }", `  tls {
    certificate "main" {
      chain = file("fullchain.pem")
      key   = secret.key
    }
  }
  route { to = service.web.http }`, 1)
	}
	d.recipe(a)
	said := []outcome{d.must(0, "plan", "--full"), d.must(0, "plan", "--json"), d.must(0, "plan", "--out", "saved.plan"), d.apply("--json"), d.must(0, "status", "--json")}
	d.settled()
	roots := x509.NewCertPool()
	roots.AddCert(authority.Certificate)
	o := d.traffic(60)
	o.URL, o.Host, o.Roots = strings.Replace(o.URL, "http:", "https:", 1), secureHost, roots
	w, h2 := d.watch(o), d.overHTTP2(roots)
	workers := d.workers()
	for range 3 {
		issue()
		plan := d.must(2, "plan", "--detailed-exitcode")
		d.tells(plan, "another certificate main", "tls.certificate.main.sha256", "no interruption")
		said = append(said, plan, d.apply())
		if got := d.handshake(secureHost); got != shown {
			t.Errorf("after a renewal %s is shown, not %s", got, shown)
		}
		d.settled()
	}
	if now := d.workers(); now != workers {
		t.Errorf("HAProxy was reloaded: it began %d workers, then %d", workers, now)
	}
	// Killed when the certificate is on the edge and nothing names it.
	issue()
	said = append(said, d.kill(moment{on: event.StepStarted, title: "set the routes"}, "apply"))
	said = append(said, d.apply("--lock-timeout", "1m"))
	if got := d.handshake(secureHost); got != shown {
		t.Errorf("after an apply that was killed %s is shown, not %s", got, shown)
	}
	// A release and a certificate at once.
	issue()
	d.recipe(a.at("r2"))
	said = append(said, d.apply())
	w.answered(100)
	h2.end()
	if h2.lost.Load() > 0 || h2.answered.Load() == 0 {
		t.Errorf("over HTTP/2 %d of %d requests were lost, first %v", h2.lost.Load(), h2.answered.Load()+h2.lost.Load(), h2.first.Load())
	}
	t.Logf("over HTTP/2 %d requests were answered", h2.answered.Load())
	w.nothingLost()
	d.leads(plain)
	if conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.port), &tls.Config{ServerName: "other.test", InsecureSkipVerify: true}); err == nil {
		conn.Close()
		t.Error("a name that no certificate has is served")
	}
	if err := d.engine.StopContainer(t.Context(), d.edge, "", 0); err != nil {
		t.Fatal(err)
	}
	if err := d.engine.StartContainer(t.Context(), d.edge); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.port)); err == nil {
			conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("the edge does not come back")
		}
	}
	if got := d.handshake(secureHost); got != shown {
		t.Errorf("after a restart of the edge %s is shown, not %s", got, shown)
	}
	d.keyless(said, keys)
	d.must(0, "destroy", "--auto-approve")
}

// workers tells how many workers HAProxy has begun.
func (d *deploy) workers() (n int) {
	d.Helper()
	err := d.engine.ReadLogs(d.Context(), d.edge, engine.LogOptions{}, func(l engine.LogLine) error {
		if strings.Contains(l.Text, "New worker") {
			n++
		}
		return nil
	})
	if err != nil || n == 0 {
		d.Fatalf("HAProxy says nothing of its workers: %v", err)
	}
	return n
}

// leads checks that who comes without TLS is led to it.
func (d *deploy) leads(plain int) {
	d.Helper()
	request, err := http.NewRequest(http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/a?b=c", plain), strings.NewReader("body"))
	if err != nil {
		d.Fatal(err)
	}
	request.Host = secureHost
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		d.Fatal(err)
	}
	response.Body.Close()
	if want := fmt.Sprintf("https://%s:%d/a?b=c", secureHost, d.port); response.StatusCode != 308 || response.Header.Get("Location") != want {
		d.Errorf("without TLS: %s to %s", response.Status, response.Header.Get("Location"))
	}
}

// handshake gives the fingerprint of the certificate that a name is shown.
func (d *deploy) handshake(host string) string {
	d.Helper()
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.port), &tls.Config{ServerName: host, InsecureSkipVerify: true})
	if err != nil {
		d.Fatal(err)
	}
	defer conn.Close()
	sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].Raw)
	return hex.EncodeToString(sum[:])
}

// secureClients ask over HTTP/2, each over a connection of its own that it keeps.
type secureClients struct {
	answered, lost atomic.Int64
	first          atomic.Value // the first error, as text
	stop           chan struct{}
	running        sync.WaitGroup
}

func (d *deploy) overHTTP2(roots *x509.CertPool) *secureClients {
	s := &secureClients{stop: make(chan struct{})}
	for range 3 {
		transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: secureHost}}
		s.running.Go(func() {
			defer transport.CloseIdleConnections()
			for {
				select {
				case <-s.stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
				if err := d.once(transport); err != nil {
					s.first.CompareAndSwap(nil, err.Error())
					s.lost.Add(1)
					continue
				}
				s.answered.Add(1)
			}
		})
	}
	return s
}

func (s *secureClients) end() { close(s.stop); s.running.Wait() }

func (d *deploy) once(transport *http.Transport) error {
	request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("https://127.0.0.1:%d/", d.port), nil)
	if err != nil {
		return err
	}
	request.Host = secureHost
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || response.ProtoMajor != 2) {
		err = fmt.Errorf("%s %s", response.Proto, response.Status)
	}
	return err
}

// keyless checks that keys are in files of the edge that root alone reads, the last one alone, and nowhere else.
func (d *deploy) keyless(said []outcome, keys []string) {
	d.Helper()
	look := func(where, text string) {
		for _, key := range keys {
			if strings.Contains(text, key) {
				d.Errorf("%s shows a key", where)
			}
		}
	}
	for _, o := range said {
		look("recipe "+strings.Join(o.args, " "), o.stdout+o.stderr)
	}
	saved, err := os.ReadFile(filepath.Join(d.dir, "saved.plan"))
	if err != nil {
		d.Fatal(err)
	}
	look("the saved plan", string(saved))
	for name, c := range d.containers() {
		for key, value := range c.Labels {
			look("label "+key+" of "+name, value)
		}
	}
	_, text := d.fileIn(helper.RecordName(d.name), helper.RecordDir+"/record.json")
	look("the record", text)
	archive, err := d.engine.ReadArchive(d.Context(), d.edge, helper.EdgeDir)
	if err != nil {
		d.Fatal(err)
	}
	defer archive.Close()
	found := 0
	for files := tar.NewReader(archive); ; {
		header, err := files.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			d.Fatal(err)
		}
		text, _ := io.ReadAll(files)
		if !strings.Contains(header.Name, "/keys/") {
			look(header.Name, string(text))
			continue
		}
		if header.Typeflag == tar.TypeDir && header.Mode&0o777 != 0o700 || header.Typeflag == tar.TypeReg && header.Mode&0o777 != 0o600 {
			d.Errorf("%s has mode %o", header.Name, header.Mode)
		}
		if header.Typeflag == tar.TypeReg {
			found++
			if !strings.Contains(string(text), keys[len(keys)-1]) {
				d.Errorf("%s is left over", header.Name)
			}
		}
	}
	if found != 1 {
		d.Errorf("there are %d files with keys", found)
	}
}
