package docker_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
)

// Opening is one ping, and whatever a Reader can be asked are requests that change nothing.
func TestReaderOnlyReads(t *testing.T) {
	var mu sync.Mutex
	var calls []string
	e := enginetest.DockerWith(t, docker.Options{Record: func(method, path string) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, method+" "+path)
	}})
	if want := []string{"HEAD /_ping"}; !slices.Equal(calls, want) {
		t.Errorf("opening did %q, want %q", calls, want)
	}
	r, ctx := e.ReadOnly(), t.Context()
	_, _ = r.Info(ctx)
	_, _ = r.Containers(ctx, nil)
	_, _ = r.Container(ctx, "none")
	_, _ = r.Images(ctx, nil)
	_, _ = r.Image(ctx, "none")
	_, _ = r.Networks(ctx, nil)
	_, _ = r.Volumes(ctx, nil)
	_, _ = r.ReadArchive(ctx, "none", "/")
	_, _ = r.Logs(ctx, "none", 1)
	_ = r.ReadLogs(ctx, "none", engine.LogOptions{}, nil)
	if len(calls) != 11 {
		t.Errorf("got %d calls, want one each and the ping: %q", len(calls), calls)
	}
	for _, call := range calls {
		if method, _, _ := strings.Cut(call, " "); method != http.MethodGet && method != http.MethodHead {
			t.Errorf("a read did %s", call)
		}
	}
}

// fake answers as an engine of API version api does, and everything but the ping by rest.
func fake(t *testing.T, api string, rest http.HandlerFunc) docker.Options {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			w.Header().Set("Api-Version", api)
			return
		}
		rest(w, r)
	}))
	t.Cleanup(server.Close)
	return docker.Options{Host: strings.Replace(server.URL, "http", "tcp", 1), ConfigDir: t.TempDir(), Env: noEnv}
}

func noEnv(string) string { return "" }

func TestTooOld(t *testing.T) {
	_, err := docker.Open(t.Context(), fake(t, "1.40", nil))
	if !errors.Is(err, engine.ErrTooOld) || !strings.Contains(err.Error(), "1.40") || !strings.Contains(err.Error(), "1.41") {
		t.Errorf("got %v, want ErrTooOld with both versions", err)
	}
	options := fake(t, "1.43", nil)
	options.Env = func(name string) string {
		if name == "DOCKER_API_VERSION" {
			return "1.30"
		}
		return ""
	}
	if _, err := docker.Open(t.Context(), options); !errors.Is(err, engine.ErrTooOld) || !strings.Contains(err.Error(), "DOCKER_API_VERSION") {
		t.Errorf("got %v, want ErrTooOld that names DOCKER_API_VERSION", err)
	}
}

func TestNegotiation(t *testing.T) {
	for found, want := range map[string]string{"1.41": "1.41", "1.47": "1.47", "1.99": "1.51"} {
		e, err := docker.Open(t.Context(), fake(t, found, nil))
		if err != nil {
			t.Fatal(err)
		}
		if e.API() != want {
			t.Errorf("with an engine of %s, speaks %s, want %s", found, e.API(), want)
		}
	}
}

func TestUnreachable(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale.sock")
	listener, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	listener.Close()
	tests := map[string]string{
		"unix://" + filepath.Join(dir, "none.sock"): "no such socket",
		"unix://" + stale:    "nobody listens: start Docker",
		"tcp://127.0.0.1:1":  "nobody listens there",
		"tcp://localhost:1/": "nobody listens there",
		"tcp://nonsense":     "is none of an engine",
		"nonsense":           "is none of an engine",
		"udp://a:1":          "is none of an engine",
		"tcp://h.invalid:1":  "no machine of that name",
	}
	if _, err := exec.LookPath("ssh"); err == nil {
		tests["ssh://n@h.invalid"] = "ssh says: Could not resolve"
	}
	for host, want := range tests {
		_, err := docker.Open(t.Context(), docker.Options{Host: host, ConfigDir: dir, Env: noEnv})
		if !errors.Is(err, engine.ErrUnreachable) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), host) {
			t.Errorf("%s: got %v, want ErrUnreachable with %q", host, err, want)
		}
	}
}

// A broken connection leaves a change in doubt, and says so.
func TestLost(t *testing.T) {
	e, err := docker.Open(t.Context(), fake(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.StartContainer(t.Context(), "x"); !errors.Is(err, engine.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
}

func TestLostByDeadline(t *testing.T) {
	hang := make(chan struct{})
	options := fake(t, "1.41", func(http.ResponseWriter, *http.Request) { <-hang })
	defer close(hang)
	e, err := docker.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = e.StartContainer(ctx, "x")
	if !errors.Is(err, engine.ErrLost) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want ErrLost and the deadline", err)
	}
	if _, err = e.Containers(ctx, nil); errors.Is(err, engine.ErrLost) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v of a read, want the deadline alone", err)
	}
}

func TestPortMessages(t *testing.T) {
	for text, want := range map[string]engine.PortError{
		"driver failed programming external connectivity on endpoint a (b): Bind for 0.0.0.0:8080 failed: port is already allocated":                                                                  {Address: "0.0.0.0", Port: 8080},
		"driver failed programming external connectivity on endpoint a (b): Error starting userland proxy: listen tcp4 127.0.0.1:81: bind: address already in use":                                    {Address: "127.0.0.1", Port: 81},
		"failed to set up container networking: driver failed programming external connectivity on endpoint a (b): failed to bind host port for 0.0.0.0:82:172.18.0.2:80/tcp: address already in use": {Address: "0.0.0.0", Port: 82},
		"failed to set up container networking: driver failed programming external connectivity on endpoint a (b): failed to bind host port 0.0.0.0:83/tcp: address already in use":                   {Address: "0.0.0.0", Port: 83},
		"listen tcp6 [::]:84: bind: address already in use": {Address: "::", Port: 84},
	} {
		e, err := docker.Open(t.Context(), fake(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"message":"` + text + `"}`))
		}))
		if err != nil {
			t.Fatal(err)
		}
		err = e.StartContainer(t.Context(), "x")
		var got *engine.PortError
		if !errors.As(err, &got) || !errors.Is(err, engine.ErrPortTaken) || *got != want {
			t.Errorf("%s\ngave %v, want %+v", text, err, want)
		}
	}
}

func TestContext(t *testing.T) {
	options := fake(t, "1.44", nil)
	sum := sha256.Sum256([]byte("far"))
	meta := filepath.Join(options.ConfigDir, "contexts", "meta", hex.EncodeToString(sum[:]))
	write(t, filepath.Join(meta, "meta.json"), `{"Name":"far","Endpoints":{"docker":{"Host":"`+options.Host+`"}}}`)
	write(t, filepath.Join(options.ConfigDir, "config.json"), `{"currentContext":"far"}`)
	options.Host = ""
	e, err := docker.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if e.API() != "1.44" {
		t.Errorf("opened something else, of API %s", e.API())
	}
	options.Context = "near"
	if _, err := docker.Open(t.Context(), options); err == nil || !strings.Contains(err.Error(), `no docker context "near"`) {
		t.Errorf("got %v, want the missing context named", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
