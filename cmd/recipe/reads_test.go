package main_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

// TestLookingChangesNothing runs the commands that may change nothing against an engine that writes down each
// call, with nothing there, with the recipe applied, and with a change pending.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t, looked)
	log := newCallLog(t, s.engine.Host())
	direct, logged := s.env, append(slices.Clone(s.env), "DOCKER_HOST="+log.host)
	look := func() {
		t.Helper()
		for _, command := range [][]string{
			{"validate"}, {"plan"}, {"plan", "--json"}, {"plan", "--var", "release=two"}, {"plan", "--destroy"}, {"plan", "--rehearse", "--var", "release=two"}, {"plan", "--rehearse", "--destroy", "--json"}, {"status"}, {"status", "--json"}, {"history"}, {"history", "--json"}, {"logs"},
		} {
			before := objects(t, s.engine, s.name)
			s.env = logged
			log.take()
			s.run(0, command...)
			calls := log.take()
			s.env = direct
			if command[0] == "validate" != (len(calls) == 0) {
				t.Errorf("recipe %v made %d calls: %q", command, len(calls), calls)
			}
			for _, call := range calls {
				if method, _, _ := strings.Cut(call, " "); method != http.MethodGet && method != http.MethodHead {
					t.Errorf("recipe %v calls %s", command, call)
				}
			}
			if after := objects(t, s.engine, s.name); !slices.Equal(before, after) {
				t.Errorf("recipe %v left %q of %q", command, after, before)
			}
		}
	}
	look()
	s.run(0, "apply", "--auto-approve")
	look()
	// An apply with nothing to do looks no more than a plan does.
	s.env = logged
	log.take()
	s.run(0, "apply", "--auto-approve")
	for _, call := range log.take() {
		if !strings.HasPrefix(call, http.MethodGet) && !strings.HasPrefix(call, http.MethodHead) {
			t.Errorf("an apply without changes calls %s", call)
		}
	}
}

const looked = `
recipe { name = "NAME" }
variable "release" { default = "one" }
secret "token" { env = "TOKEN" }
image "app" {
  from { image = "scratch" }
  copy {
    from = ["app"]
    to   = "/app"
  }
  entrypoint { exec = ["/app"] }
}
service "web" {
  image   = image.app
  command = ["serve", "8080"]
  env     = { VERSION = var.release, TOKEN = secret.token }
  expose "http" { port = 8080 }
  stop { timeout = "2s" }
}
port "web" {
  listen = PORT
  route { to = service.web.http }
}
`

// objects are the names of what the engine has of a recipe.
func objects(t *testing.T, e engine.Reader, recipe string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	labels := map[string]string{label.Recipe: recipe}
	var names []string
	containers, err := e.Containers(ctx, labels)
	need(t, err)
	for _, c := range containers {
		names = append(names, c.Name+" "+string(c.State))
	}
	images, err := e.Images(ctx, labels)
	need(t, err)
	for _, i := range images {
		names = append(names, i.ID)
	}
	networks, err := e.Networks(ctx, labels)
	need(t, err)
	for _, n := range networks {
		names = append(names, n.Name)
	}
	volumes, err := e.Volumes(ctx, labels)
	need(t, err)
	for _, v := range volumes {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return names
}

// callLog is an engine's address that passes each call on and writes it down.
type callLog struct {
	host  string
	mu    sync.Mutex
	calls []string
}

func newCallLog(t *testing.T, engine string) *callLog {
	t.Helper()
	at, err := url.Parse(engine)
	need(t, err)
	network, address := "tcp", at.Host
	if at.Scheme == "unix" {
		network, address = "unix", at.Path
	} else if at.Scheme != "tcp" {
		t.Skipf("cannot listen to an engine at %s", engine)
	}
	log := &callLog{}
	passOn := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine" },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	need(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.mu.Lock()
		log.calls = append(log.calls, r.Method+" "+r.URL.Path)
		log.mu.Unlock()
		passOn.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	log.host = "tcp://" + listener.Addr().String()
	return log
}

// take returns the calls since the last time.
func (l *callLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := l.calls
	l.calls = nil
	return calls
}

func need(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
