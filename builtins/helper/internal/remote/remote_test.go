package remote

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// far is a helper that serves a test from this process.
type far struct {
	*testing.T
	client *rpc.Client
	root   string
	done   chan error
}

func open(t *testing.T, root string) *far {
	t.Helper()
	for _, dir := range []string{wire.Edge, wire.Record} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ours, theirs := net.Pipe()
	f := &far{T: t, root: root, done: make(chan error, 1)}
	go func() { f.done <- Server{Root: root}.Serve(context.Background(), theirs, theirs); theirs.Close() }()
	in := bufio.NewReader(ours)
	if line, err := in.ReadString('\n'); line != wire.Greeting() {
		t.Fatalf("greeted with %q, %v", line, err)
	}
	f.client = rpc.NewClient(struct {
		io.Reader
		io.WriteCloser
	}{in, ours})
	t.Cleanup(func() { f.client.Close() })
	return f
}

func (f *far) call(method string, in, out any) error {
	return wire.Unpack(f.client.Call(wire.Service+"."+method, in, out))
}

func (f *far) need(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, t.TempDir())
		f.need(f.call("Hello", wire.Hello{Silence: 15 * time.Second}, &wire.None{}))
		for range 4 {
			time.Sleep(14 * time.Second)
			f.need(f.call("Ping", wire.None{}, &wire.None{}))
		}
		heard := time.Now()
		if err := <-f.done; !errors.Is(err, errSilent) || time.Since(heard) != 15*time.Second {
			t.Errorf("ended after %v with %v", time.Since(heard), err)
		}
	})
}

func TestEndOfStreamEndsWhatRuns(t *testing.T) {
	f := open(t, t.TempDir())
	f.client.Go("Helper.Probe", wire.Probe{Address: "127.0.0.1:1", Interval: time.Hour}, &wire.Probed{}, nil)
	f.need(f.call("Ping", wire.None{}, &wire.None{}))
	f.client.Close()
	select {
	case err := <-f.done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the helper lives on")
	}
}

func TestFiles(t *testing.T) {
	f := open(t, t.TempDir())
	write := wire.WriteFiles{Dir: wire.Edge, Files: []wire.File{
		{Path: "cfg/a.cfg", Data: []byte("one")}, {Path: "cfg/b.cfg", Data: []byte("two"), Mode: 0o600}, {Path: "maps/m", Data: nil},
	}}
	f.need(f.call("WriteFiles", write, &wire.None{}))
	f.need(os.WriteFile(filepath.Join(f.root, "recipe/cfg/.a.cfg.00000000.new"), []byte("left by a crash"), 0o600))
	var got wire.Files
	f.need(f.call("ReadFiles", wire.ReadFiles{Dir: wire.Edge, Paths: []string{"cfg", "maps/m", "none", "none/none"}}, &got))
	if len(got.Files) != 3 || string(got.Files["cfg/b.cfg"]) != "two" {
		t.Errorf("read %q", got.Files)
	}
	if stat, err := os.Stat(filepath.Join(f.root, "recipe/cfg/b.cfg")); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
	f.need(f.call("WriteFiles", wire.WriteFiles{Dir: wire.Edge, Remove: []string{"cfg", "maps/m", "none"}}, &wire.None{}))
	got = wire.Files{}
	f.need(f.call("ReadFiles", wire.ReadFiles{Dir: wire.Edge, Paths: []string{"."}}, &got))
	if len(got.Files) != 0 {
		t.Errorf("after the removal: %q", got.Files)
	}
	if err := f.call("WriteFiles", wire.WriteFiles{Dir: wire.Edge, Files: []wire.File{{Path: "../x"}}}, &wire.None{}); err == nil {
		t.Error("wrote outside")
	}
	if err := f.call("ReadFiles", wire.ReadFiles{Dir: "/etc", Paths: []string{"passwd"}}, &got); err == nil {
		t.Error("read outside")
	}
}

func TestCommand(t *testing.T) {
	f := open(t, t.TempDir())
	path := filepath.Join(f.root, "s")
	listener, err := net.Listen("unix", path)
	f.need(err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				text, _ := io.ReadAll(conn) // until our side is closed
				if string(text) != "hang\n" {
					_, _ = io.WriteString(conn, strings.ToUpper(string(text)))
					conn.Close()
				}
			}()
		}
	}()
	var got wire.Answer
	f.need(f.call("Command", wire.Command{Call: wire.Call{ID: 1}, Path: "/s", Text: "show\n"}, &got))
	if string(got.Text) != "SHOW\n" {
		t.Errorf("got %q", got.Text)
	}
	hang := wire.Command{Call: wire.Call{ID: 2, Limit: 50 * time.Millisecond}, Path: "/s", Text: "hang\n"}
	if err := f.call("Command", hang, &got); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one that hangs: %v", err)
	}
	f.need(f.call("Cancel", wire.Cancel{ID: 3}, &wire.None{})) // it may overtake what it cancels
	hang.Call = wire.Call{ID: 3}
	if err := f.call("Command", hang, &got); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled one: %v", err)
	}
	if err := f.call("Command", wire.Command{Path: "/none"}, &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no socket: %v", err)
	}
}

func TestLock(t *testing.T) {
	root := t.TempDir()
	f, other := open(t, root), open(t, root)
	var token wire.Token
	f.need(f.call("Lock", wire.Lock{Dir: wire.Edge, Path: ".lock"}, &token))
	try := wire.Lock{Call: wire.Call{ID: 1, Limit: 50 * time.Millisecond}, Dir: wire.Edge, Path: ".lock"}
	if err := other.call("Lock", try, &wire.Token{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second one: %v", err)
	}
	f.need(f.call("Unlock", token, &wire.None{}))
	other.need(other.call("Lock", try, &wire.Token{}))
	other.client.Close()
	<-other.done
	f.need(f.call("Lock", wire.Lock{Call: wire.Call{ID: 2, Limit: 5 * time.Second}, Dir: wire.Edge, Path: ".lock"}, &token))
}

func TestProbe(t *testing.T) {
	f := open(t, t.TempDir())
	asked, header := 0, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		header = r.Header.Get("X-Asked")
		if r.URL.Path != "/up" || r.Host != "shop.example" {
			t.Errorf("asked for %s of %s", r.URL.Path, r.Host)
		}
		if asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 2*keptBody))
	}))
	defer server.Close()
	probe := wire.Probe{HTTP: true, Address: server.Listener.Addr().String(), Path: "/up", Host: "shop.example",
		Interval: 30 * time.Millisecond, Timeout: time.Second}
	var got wire.Probed
	began := time.Now()
	f.need(f.call("Probe", probe, &got))
	if !got.Passed || got.Attempts != 3 || got.Status != 200 || len(got.Body) != keptBody || got.Err != "" {
		t.Errorf("got %+v", got)
	}
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("three attempts took %v", took)
	}
	probe.Status, probe.Limit, probe.ID = []int{204}, 100*time.Millisecond, 7
	got = wire.Probed{}
	f.need(f.call("Probe", probe, &got))
	if got.Passed || got.Attempts < 2 || got.Err != "it answered 200 OK" {
		t.Errorf("another status: %v %+v", got.Passed, got)
	}
	probe.Status, probe.Body, probe.ID = nil, "^y", 8
	got = wire.Probed{}
	f.need(f.call("Probe", probe, &got))
	if got.Passed || got.Err != `its body does not match "^y"` {
		t.Errorf("another body: %v %+v", got.Passed, got)
	}
	probe.Body, probe.Headers, probe.ID = "^xx", map[string]string{"X-Asked": "yes"}, 9
	got = wire.Probed{}
	f.need(f.call("Probe", probe, &got))
	if !got.Passed || header != "yes" {
		t.Errorf("with a header and a body that matches: %q %+v", header, got)
	}
}

func TestProbeThatHangs(t *testing.T) {
	f := open(t, t.TempDir())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	f.need(err)
	defer listener.Close()
	var got wire.Probed
	f.need(f.call("Probe", wire.Probe{Call: wire.Call{ID: 1, Limit: 250 * time.Millisecond}, HTTP: true,
		Address: listener.Addr().String(), Interval: 10 * time.Millisecond, Timeout: 100 * time.Millisecond}, &got))
	if got.Passed || got.Err != "no answer within 100ms" || got.Attempts > 2 {
		t.Errorf("got %+v", got)
	}
}

// An app is found when it begins to listen, however long the interval is.
func TestProbeFindsWhoBeginsToListen(t *testing.T) {
	f := open(t, t.TempDir())
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	f.need(err)
	address := reserved.Addr().String()
	f.need(reserved.Close())
	listening := make(chan net.Listener, 1)
	time.AfterFunc(200*time.Millisecond, func() {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
		}
		listening <- l
	})
	var got wire.Probed
	f.need(f.call("Probe", wire.Probe{Call: wire.Call{ID: 1, Limit: time.Minute}, Address: address, Interval: time.Hour, Timeout: time.Second}, &got))
	if l := <-listening; l != nil {
		l.Close()
	}
	if !got.Passed || got.Attempts < 3 {
		t.Errorf("got %+v", got)
	}
}
