package haproxy

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/proxytest"
)

func TestEdge(t *testing.T) {
	proxytest.Run(t, func(t *testing.T) proxytest.Rig { return start(t) })
}

// rig is a HAProxy of its own in a temporary directory.
type rig struct {
	host *fussy
	edge *Edge
	log  *syncBuffer
}

// fussy is a Local whose HAProxy refuses everything when it is told to.
type fussy struct {
	*Local
	refuse atomic.Bool
}

// start runs HAProxy until the test ends. The directory's name is short: a socket's path has 107 bytes.
func start(t testing.TB) *rig {
	t.Helper()
	binary, err := exec.LookPath("haproxy")
	if err != nil {
		if os.Getenv("RECIPE_REQUIRE_ENGINE") != "" {
			t.Fatal("haproxy is not installed, and RECIPE_REQUIRE_ENGINE asks for it")
		}
		t.Skip("haproxy is not installed")
	}
	dir, err := os.MkdirTemp("", "edge")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &rig{host: &fussy{Local: &Local{Dir: dir, Binary: binary}}, log: &syncBuffer{}}
	options := Options{Dir: dir, HardStop: time.Minute}
	r.host.Output = r.log.follow
	r.edge = New(r.host, options)
	files, err := Global(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.host.WriteFiles(t.Context(), files, nil); err != nil {
		t.Fatal(err)
	}
	r.run(t)
	return r
}

func (r *rig) run(t testing.TB) {
	t.Helper()
	cmd := exec.Command(r.host.Binary, "-W", "-db", "-S", filepath.Join(r.host.Dir, MasterSocket)+",mode,600", "-f", filepath.Join(r.host.Dir, "cfg"))
	cmd.Stdout, cmd.Stderr = r.log, r.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("haproxy:\n%s", bytes.ReplaceAll(r.log.Bytes(), []byte{0}, nil))
		}
	})
	for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		all, err := show(t.Context(), r.host)
		if err == nil && all.current() != 0 {
			if pid, _, err := ask(t.Context(), r.host, nil); err == nil && pid == all.current() {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("haproxy does not answer: %v", err)
		}
	}
}

func (r *rig) Edge() proxy.Edge                              { return r.edge }
func (r *rig) Port(t testing.TB) int                         { return proxytest.RealPort(t) }
func (r *rig) Start(t testing.TB, name string) proxytest.App { return proxytest.RealApp(t, name) }
func (r *rig) Refuse(refuse bool)                            { r.host.refuse.Store(refuse) }
func (r *rig) Client(port int, keep bool) proxytest.Client {
	return proxytest.RealClient(fmt.Sprintf("127.0.0.1:%d", port), keep)
}

func (r *rig) Secure(port int, host string, keep bool) proxytest.Client {
	return proxytest.SecureClient(fmt.Sprintf("127.0.0.1:%d", port), host, keep)
}
func (r *rig) Handshake(port int, host string) (string, error) {
	return proxytest.Handshake(fmt.Sprintf("127.0.0.1:%d", port), host)
}

// Reload is what systemctl reload would do; another recipe's command may still be under way.
func (r *rig) Reload(t testing.TB) {
	t.Helper()
	if err := reload(t.Context(), r.host); err != nil {
		t.Fatal(err)
	}
}

// Check adds a file that HAProxy itself refuses.
func (f *fussy) Check(ctx context.Context, files map[string][]byte) (string, error) {
	if f.refuse.Load() {
		files["cfg/99.cfg"] = []byte("frontend broken\n    nonsense\n")
		defer delete(files, "cfg/99.cfg")
	}
	return f.Local.Check(ctx, files)
}

// BenchmarkSwitch is an update that moves all traffic, files and read-backs included.
func BenchmarkSwitch(b *testing.B) {
	r := start(b)
	one, two := r.Start(b, "1"), r.Start(b, "2")
	site := web(r.Port(b), 0, one, two, proxy.Ready, proxy.Ready)
	for b.Loop() {
		site.Groups[0].Percent = 100 - site.Groups[0].Percent
		if _, err := r.edge.Update(b.Context(), "shop", to(site)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReload is an update that changes structure.
func BenchmarkReload(b *testing.B) {
	r := start(b)
	site := web(r.Port(b), 0, r.Start(b, "1"), nil, proxy.Ready)
	other := site.Clone()
	other.Services = append(other.Services, proxy.Service{Name: "api.http", Group: "web", Mode: proxy.HTTP})
	for b.Loop() {
		if _, err := r.edge.Update(b.Context(), "shop", to(other)); err != nil {
			b.Fatal(err)
		}
		site, other = other, site
	}
}

// BenchmarkDrain is a drain with nothing to wait for.
func BenchmarkDrain(b *testing.B) {
	r := start(b)
	if _, err := r.edge.Update(b.Context(), "shop", to(web(r.Port(b), 0, r.Start(b, "1"), nil, proxy.Ready))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if left, err := r.edge.Drain(b.Context(), []proxy.ServerID{{Recipe: "shop", Service: "web.http", Side: proxy.A, Slot: 1}}, time.Second, nil); left != 0 || err != nil {
			b.Fatal(left, err)
		}
	}
}

// syncBuffer is written by the process and read by the test.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// follow tells the lines, as an engine does that keeps them.
func (s *syncBuffer) follow(ctx context.Context, q proxy.LogQuery, each func([]byte) error) error {
	at := 0
	if q.New {
		at = len(s.Bytes())
	}
	for ; ; time.Sleep(time.Millisecond) {
		text := s.Bytes()[at:]
		for {
			n := bytes.IndexByte(text, '\n')
			if n < 0 {
				break
			}
			if err := each(text[:n]); err != nil {
				return err
			}
			text, at = text[n+1:], at+n+1
		}
		if !q.Follow || ctx.Err() != nil {
			return nil
		}
	}
}

func (s *syncBuffer) Bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.b.Bytes())
}
