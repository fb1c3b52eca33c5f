package main_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/label"
)

// TestLookingChangesNothing runs the commands that may change nothing against an engine that writes down each
// call, with nothing there, with the recipe applied, and with a change pending.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	e := enginetest.Docker(t)
	recipe, dir := build(t, "recipe", "."), t.TempDir()
	t.Cleanup(func() { forget(t, e, recipe) })
	name, edge := "t"+unique(), "e"+unique()
	t.Cleanup(func() {
		sweep(t, e, map[string]string{label.Recipe: name})
		sweep(t, e, map[string]string{label.Edge: edge})
	})
	program, err := os.ReadFile(build(t, "app", app))
	need(t, err)
	need(t, os.WriteFile(filepath.Join(dir, "app"), program, 0o755))
	need(t, os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(strings.NewReplacer("NAME", name, "PORT", freePort(t)).Replace(looked)), 0o644))

	log := newCallLog(t, e.Host())
	run := func(host string, args ...string) {
		t.Helper()
		cmd := exec.Command(recipe, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+host, "RECIPE_EDGE="+edge, "RECIPE_PROXY_IMAGE="+proxyImage(t, e), "TOKEN=sesame")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("recipe %v: %v\n%s", args, err, out)
		}
	}
	look := func() {
		t.Helper()
		for _, command := range [][]string{
			{"validate"}, {"plan"}, {"plan", "--json"}, {"plan", "--var", "release=two"}, {"plan", "--destroy"}, {"status"}, {"status", "--json"},
		} {
			before := objects(t, e, name)
			log.reset()
			run(log.host, command...)
			calls := log.take()
			if command[0] == "validate" != (len(calls) == 0) {
				t.Errorf("recipe %v made %d calls: %q", command, len(calls), calls)
			}
			for _, call := range calls {
				if method, _, _ := strings.Cut(call, " "); method != http.MethodGet && method != http.MethodHead {
					t.Errorf("recipe %v calls %s", command, call)
				}
			}
			if after := objects(t, e, name); !slices.Equal(before, after) {
				t.Errorf("recipe %v left %q of %q", command, after, before)
			}
		}
	}
	look()
	run(e.Host(), "apply", "--auto-approve")
	look()
	// An apply with nothing to do looks no more than a plan does.
	log.reset()
	run(log.host, "apply", "--auto-approve")
	for _, call := range log.take() {
		if !strings.HasPrefix(call, http.MethodGet) && !strings.HasPrefix(call, http.MethodHead) {
			t.Errorf("an apply without changes calls %s", call)
		}
	}
	run(e.Host(), "destroy", "--auto-approve")
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

func (l *callLog) reset() { l.take() }

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
