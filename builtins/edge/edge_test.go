package edge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// rig is an edge of a test's own, seen by one recipe.
type rig struct {
	*testing.T
	ctx     context.Context
	engine  *docker.Engine
	image   string // HAProxy's
	edge    string
	recipe  state.Recipe
	session *helper.Session
	doers   map[plan.Op]kind.Doer

	mu   sync.Mutex
	said []string
}

func newRig(t *testing.T, name string) *rig {
	t.Helper()
	e := enginetest.Docker(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	r := &rig{T: t, ctx: ctx, engine: e, image: proxyImage(t, ctx, e), edge: name}
	if name == "" {
		r.edge = helpertest.Edge(t, e)
	}
	r.recipe = helpertest.Recipe(t, e)
	r.session = helpertest.Open(t, e, helpertest.Options(t, e, r.recipe, r.edge))
	r.doers = edge.Doers(edge.For(e, r.session, r.edge, true))
	return r
}

func proxyImage(t *testing.T, ctx context.Context, e engine.Engine) string {
	t.Helper()
	for _, ref := range []string{os.Getenv("RECIPE_PROXY_IMAGE"), "recipe/haproxy:local", edge.DefaultImage} {
		if ref != "" {
			if _, err := e.Image(ctx, ref); err == nil {
				return ref
			}
		}
	}
	enginetest.Lacks(t, "a HAProxy image: see make setup")
	return ""
}

func (r *rig) try(op plan.Op, config any) (kind.Outputs, error) {
	data, err := json.Marshal(config)
	if err != nil {
		r.Fatal(err)
	}
	began := time.Now()
	out, err := r.doers[op].Do(r.ctx, plan.Step{Op: op, Config: data}, kind.Inputs{Report: func(line string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, line)
	}})
	r.Logf("%s took %v", op, time.Since(began).Round(time.Microsecond))
	return out, err
}

// do takes a step twice, as an apply does that lost its engine in between.
func (r *rig) do(op plan.Op, config any) {
	r.Helper()
	for range 2 {
		if _, err := r.try(op, config); err != nil {
			r.Fatalf("%s: %v", op, err)
		}
	}
}

func (r *rig) ensure() {
	r.do(edge.OpEnsure, edge.EnsureConfig{Edge: r.edge, Image: r.image, Host: true})
}

func (r *rig) id(side proxy.Side) proxy.ServerID {
	return proxy.ServerID{Recipe: r.recipe.Name, Service: "web.http", Side: side, Slot: 1}
}

// prepare puts one server on a side of web.http, behind a port.
func (r *rig) prepare(listen int, side proxy.Side, release string, address netip.AddrPort) edge.PrepareConfig {
	return edge.PrepareConfig{
		Recipe: r.recipe,
		Ports: []proxy.Port{{Name: "web", Listen: listen, Address: "127.0.0.1", Mode: proxy.HTTP,
			Routes: []proxy.Route{{Path: "/", Service: "web.http"}}}},
		Groups: []proxy.Group{{Name: "web"}},
		Services: []edge.PrepareService{{Name: "web.http", Group: "web", Mode: proxy.HTTP, Side: side, Backend: proxy.Backend{
			Release: release, Servers: []proxy.Server{{Slot: 1, Address: address, State: proxy.Maint}}}}},
	}
}

// app runs the test program at a fixed address of the network and waits for it through the helper.
func (r *rig) app(image, network, version string, address netip.Addr) netip.AddrPort {
	r.Helper()
	id, err := r.engine.CreateContainer(r.ctx, engine.ContainerSpec{
		Name: r.recipe.Name + "-" + version, Image: image, Command: []string{"serve", "8080"}, Env: []string{"VERSION=" + version},
		Labels:    map[string]string{label.Recipe: r.recipe.Name},
		Endpoints: map[string]engine.Endpoint{network: {Address: address}},
	})
	if err := errors.Join(err, r.engine.StartContainer(r.ctx, id)); err != nil {
		r.Fatal(err)
	}
	at := netip.AddrPortFrom(address, 8080)
	got, err := r.session.Probe(r.ctx, helper.Probe{HTTP: true, Address: at.String(), Interval: 10 * time.Millisecond, Timeout: time.Second,
		Call: helper.Call{Limit: 20 * time.Second}})
	if err != nil || !got.Passed || !strings.Contains(string(got.Body), version) {
		r.Fatalf("app %s: %+v, %v", version, got, err)
	}
	return at
}

func (r *rig) network() (name string, subnet netip.Prefix) {
	r.Helper()
	for range 20 {
		base := netip.AddrFrom4([4]byte{10, byte(128 + rand.IntN(100)), byte(rand.IntN(256)), 0})
		subnet = netip.PrefixFrom(base, 24)
		_, err := r.engine.CreateNetwork(r.ctx, engine.NetworkSpec{Name: r.recipe.Name, Subnet: subnet, Gateway: base.Next(),
			Dynamic: netip.PrefixFrom(base, 25), Labels: map[string]string{label.Recipe: r.recipe.Name}})
		if err == nil {
			return r.recipe.Name, subnet
		}
		if !errors.Is(err, engine.ErrConflict) {
			r.Fatal(err)
		}
	}
	r.Fatal("no free subnet")
	return "", subnet
}

// freePort is one that nobody listens on now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// get asks over a connection of its own, since one that is kept alive may be an old worker's.
func get(port int) (string, error) {
	return ask(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, port)
}

func ask(client *http.Client, port int) (string, error) {
	response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", response.Status, body)
	}
	return strings.TrimSpace(string(body)), err
}

func (r *rig) serves(port int, want string) {
	r.Helper()
	if got, err := get(port); err != nil || got != want {
		r.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	program := enginetest.Program(t, enginetest.Docker(t)) // first, so that it goes last
	r := newRig(t, "")
	name, subnet := r.network()
	host := func(n byte) netip.Addr { b := subnet.Addr().As4(); b[3] = n; return netip.AddrFrom4(b) }
	first, second := r.app(program, name, "first", host(200)), r.app(program, name, "second", host(201))
	port := freePort(t)

	r.ensure()
	r.do(edge.OpPrepare, r.prepare(port, proxy.A, "1", first))
	if _, err := get(port); err == nil {
		t.Error("a prepared server got a request")
	}
	r.do(edge.OpShift, edge.ShiftConfig{Recipe: r.recipe.Name, Group: "web", Percent: 0, Ready: []proxy.ServerID{r.id(proxy.A)}})
	r.serves(port, "ok first")

	known := r.known()
	site := known.Site(r.recipe.Name)
	if !known.Edge.Running || site == nil || site.Origin != "test" || site.Service("web.http").A.Servers[0].State != proxy.Ready {
		t.Errorf("planning sees %+v, %v", site, known.Edge.Problem)
	}

	stop := r.load(port)
	r.do(edge.OpPrepare, r.prepare(port, proxy.B, "2", second))
	r.serves(port, "ok first")
	r.do(edge.OpShift, edge.ShiftConfig{Recipe: r.recipe.Name, Group: "web", Percent: 100, Ready: []proxy.ServerID{r.id(proxy.B)}})
	r.serves(port, "ok second")
	r.do(edge.OpDrain, edge.DrainConfig{Recipe: r.recipe.Name, Servers: []proxy.ServerID{r.id(proxy.A)}, Limit: state.Duration(10 * time.Second)})
	r.serves(port, "ok second")
	stop()

	if _, err := r.try(edge.OpPrepare, edge.PrepareConfig{Recipe: r.recipe, Services: []edge.PrepareService{{Name: "web.http", Group: "none"}}}); err == nil {
		t.Error("prepared a service of a group that is not there")
	}
	r.do(edge.OpReset, edge.ResetConfig{Recipe: r.recipe.Name, Group: "web", Added: []string{"web.http"}, NewPorts: []int{port}})
	if _, err := get(port); err == nil {
		t.Error("a port that was taken back listens")
	}
	r.do(edge.OpRemove, edge.RemoveConfig{Recipe: r.recipe.Name, Edge: r.edge})
	r.gone()
}

func (r *rig) known() *world.Known {
	r.Helper()
	observed, _, err := world.World{Reader: r.engine.ReadOnly(), Edge: r.edge}.List(r.ctx, r.recipe)
	if err != nil {
		r.Fatal(err)
	}
	return world.Facts(observed)
}

// load asks all the time, half of it over connections that are kept alive, and no request may fail.
func (r *rig) load(port int) (stop func()) {
	var asked, failed atomic.Int64
	done := make(chan struct{})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-done:
					return
				default:
				}
				asked.Add(1)
				if _, err := ask(client, port); err != nil && failed.Add(1) == 1 {
					r.Errorf("a request was lost: %v", err)
				}
			}
		})
	}
	return func() {
		close(done)
		all.Wait()
		r.Logf("%d requests, %d lost", asked.Load(), failed.Load())
	}
}

// gone closes the session and looks that nothing of the edge is left.
func (r *rig) gone() {
	r.Helper()
	if err := r.session.Close(r.ctx); err != nil {
		r.Fatal(err)
	}
	volumes, err := r.engine.Volumes(r.ctx, map[string]string{label.Edge: r.edge})
	containers, err2 := r.engine.Containers(r.ctx, map[string]string{label.Edge: r.edge})
	if err != nil || err2 != nil || len(volumes)+len(containers) > 0 {
		r.Errorf("left are %v, %v (%v, %v)", containers, volumes, err, err2)
	}
}

func TestEdgeIsShared(t *testing.T) {
	t.Parallel()
	one := newRig(t, "")
	two := newRig(t, one.edge)
	config := edge.EnsureConfig{Edge: one.edge, Image: one.image, Host: true}
	var all sync.WaitGroup
	for _, r := range []*rig{one, two} {
		all.Go(func() {
			if _, err := r.try(edge.OpEnsure, config); err != nil {
				r.Errorf("one of two who make it: %v", err)
			}
		})
	}
	all.Wait()
	address := netip.MustParseAddrPort("127.0.0.1:9")
	port := freePort(t)
	one.do(edge.OpPrepare, one.prepare(port, proxy.A, "1", address))
	if _, err := two.try(edge.OpPrepare, two.prepare(port, proxy.A, "1", address)); !errors.Is(err, proxy.ErrClaimed) {
		t.Errorf("the same port twice: %v", err)
	}
	two.do(edge.OpPrepare, two.prepare(freePort(t), proxy.A, "1", address))

	one.do(edge.OpRemove, edge.RemoveConfig{Recipe: one.recipe.Name, Edge: one.edge})
	if known := two.known(); !known.Edge.Running || known.Site(two.recipe.Name) == nil || known.Site(one.recipe.Name) != nil {
		t.Errorf("after the first is gone: %+v", known.Edge)
	}
	c := two.known().Edge.Container
	if err := two.engine.StopContainer(two.ctx, c.ID, "SIGKILL", 0); err != nil {
		t.Fatal(err)
	}
	two.ensure() // starts it again
	if known := two.known(); !known.Edge.Running || known.Edge.Container.ID != c.ID {
		t.Errorf("ensured again: %+v", known.Edge)
	}
	if err := one.session.Close(one.ctx); err != nil { // it mounts the volume
		t.Fatal(err)
	}
	two.do(edge.OpRemove, edge.RemoveConfig{Recipe: two.recipe.Name, Edge: two.edge})
	// Its files are gone, and so is whatever this apply has ensured: it is made again.
	two.do(edge.OpPrepare, two.prepare(freePort(t), proxy.A, "1", address))
	if err := two.engine.RemoveContainer(two.ctx, two.edge); err != nil {
		t.Fatal(err)
	}
	two.do(edge.OpRemove, edge.RemoveConfig{Recipe: two.recipe.Name, Edge: two.edge}) // from the files alone
	two.gone()
}

func TestDrainThatEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	listener, err := net.Listen("tcp", "127.0.0.1:0") // an app that never answers
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	app := listener.Addr().(*net.TCPAddr).AddrPort()
	port := freePort(t)
	r.ensure()
	r.do(edge.OpPrepare, r.prepare(port, proxy.A, "1", app))
	r.do(edge.OpShift, edge.ShiftConfig{Recipe: r.recipe.Name, Group: "web", Ready: []proxy.ServerID{r.id(proxy.A)}})
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		app, err := listener.Accept()
		if err != nil || time.Now().After(end) {
			t.Fatal(err)
		}
		defer app.Close()
		app.SetReadDeadline(time.Now().Add(time.Second))
		if n, _ := app.Read(make([]byte, 3)); n == 3 { // not a check
			break
		}
	}
	out, err := r.try(edge.OpDrain, edge.DrainConfig{Recipe: r.recipe.Name, Servers: []proxy.ServerID{r.id(proxy.A)}, Limit: state.Duration(200 * time.Millisecond)})
	want := "1 connection was still open after 200ms; it is cut when the old release stops"
	if err != nil || out["left"] != "1" || r.said[len(r.said)-1] != want {
		t.Errorf("got %v, %v, saying %q", out, err, r.said)
	}
}

func TestEdgeThatDoesNotComeUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	bad := []helper.File{{Path: "cfg/00-global.cfg", Data: []byte("# recipe edge format 1\n\nglobal\n  nonsense\n")}}
	if err := r.session.WriteFiles(r.ctx, helper.EdgeDir, bad); err != nil {
		t.Fatal(err)
	}
	_, err := r.try(edge.OpEnsure, edge.EnsureConfig{Edge: r.edge, Image: r.image, Host: true})
	if err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v", err)
	}
	_, err = r.try(edge.OpEnsure, edge.EnsureConfig{Edge: r.edge + "x", Image: r.image})
	if err == nil || !strings.Contains(err.Error(), "rootless") {
		t.Errorf("without the machine's network: %v", err)
	}
}
