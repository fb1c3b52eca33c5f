package docker_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// everything is a spec that uses all there is.
func everything() engine.ContainerSpec {
	return engine.ContainerSpec{
		Name: "shop-web-1", Image: "shop:1", Platform: "linux/arm64/v8", Entrypoint: []string{"/run"}, Command: []string{"web"},
		Env: []string{"A=b"}, Labels: map[string]string{"l": "m"}, User: "1000", Workdir: "/srv", Hostname: "web",
		StopSignal: "SIGQUIT", StopTimeout: 1500 * time.Millisecond,
		Health: &engine.HealthCheck{Exec: []string{"check"}, Interval: 3 * time.Second, StartPeriod: time.Minute, Retries: 2},
		Endpoints: map[string]engine.Endpoint{
			"back":  {Address: netip.MustParseAddr("10.0.0.200"), Aliases: []string{"web"}},
			"front": {Address: netip.MustParseAddr("fd00::200")},
		},
		Publish: []engine.Publish{{Address: "127.0.0.1", Port: 8080, Target: 80}, {Port: 53, Target: 53, Protocol: "udp"}},
		Mounts:  []engine.Mount{{Volume: "data", Target: "/data"}, {Source: "/etc/x", Target: "/x", ReadOnly: true}},
		Tmpfs:   map[string]string{"/tmp": "size=1m"},
		Limits:  engine.Limits{Memory: 100 << 20, CPUs: 0.1, PIDs: 9}, Restart: "on-failure:3", Init: true, ReadOnly: true,
		CapAdd: []string{"net_bind_service"}, CapDrop: []string{"all"}, SecurityOpt: []string{"no-new-privileges"},
		Devices: []string{"/dev/a", "/dev/b:/dev/c", "/dev/d:r", "/dev/e:/dev/f:rw"}, ExtraHosts: []string{"db:10.0.0.1"},
		DNS: []string{"10.0.0.2"}, Ulimits: map[string]engine.Ulimit{"nofile": {Soft: 10, Hard: 20}},
		Logging: &engine.Logging{Driver: "local", Options: map[string]string{"max-size": "1m"}}, ShmSize: 1 << 20, OpenStdin: true,
	}
}

// sent creates everything on an engine of an API version, and returns what the engine was asked.
func sent(t *testing.T, api string) (create container.CreateRequest, calls []string) {
	t.Helper()
	options := fake(t, api, func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), "/v"+api))
		if strings.HasSuffix(r.URL.Path, "/containers/create") {
			if err := json.NewDecoder(r.Body).Decode(&create); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"Id":"0123"}`)
		}
	})
	e, err := docker.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	id, err := e.CreateContainer(t.Context(), everything())
	if err != nil || id != "0123" {
		t.Fatalf("got %q, %v", id, err)
	}
	return create, calls
}

func TestCreateSendsEverything(t *testing.T) {
	got, calls := sent(t, "1.44")
	same(t, "calls", calls, []string{"POST /containers/create?name=shop-web-1&platform=linux%2Farm64%2Fv8"})
	seconds, yes, pids := 2, true, int64(9)
	same(t, "command", []any{got.Image, got.Entrypoint, got.Cmd, got.Config.Env, got.User, got.WorkingDir, got.Hostname},
		[]any{"shop:1", []string{"/run"}, []string{"web"}, []string{"A=b"}, "1000", "/srv", "web"})
	same(t, "stop", []any{got.StopSignal, got.StopTimeout, got.Labels}, []any{"SIGQUIT", &seconds, map[string]string{"l": "m"}})
	same(t, "stdin", []bool{got.OpenStdin, got.StdinOnce, got.AttachStdin}, []bool{true, true, true})
	same(t, "health", got.Healthcheck, &container.HealthConfig{
		Test: []string{"CMD", "check"}, Interval: 3 * time.Second, StartPeriod: time.Minute, StartInterval: 3 * time.Second, Retries: 2})
	h := got.HostConfig
	same(t, "limits", []any{h.Memory, h.MemorySwap, h.NanoCPUs, h.PidsLimit}, []any{int64(100 << 20), int64(200 << 20), int64(1e8), &pids})
	same(t, "ports", []any{h.PortBindings["80/tcp"][0].HostIP, h.PortBindings["80/tcp"][0].HostPort, h.PortBindings["53/udp"][0].HostPort},
		[]any{"127.0.0.1", "8080", "53"})
	same(t, "mounts", h.Mounts, []mount.Mount{
		{Type: mount.TypeVolume, Source: "data", Target: "/data"}, {Type: mount.TypeBind, Source: "/etc/x", Target: "/x", ReadOnly: true}})
	same(t, "devices", h.Devices, []container.DeviceMapping{
		{PathOnHost: "/dev/a", PathInContainer: "/dev/a", CgroupPermissions: "rwm"},
		{PathOnHost: "/dev/b", PathInContainer: "/dev/c", CgroupPermissions: "rwm"},
		{PathOnHost: "/dev/d", PathInContainer: "/dev/d", CgroupPermissions: "r"},
		{PathOnHost: "/dev/e", PathInContainer: "/dev/f", CgroupPermissions: "rw"}})
	same(t, "restart", h.RestartPolicy, container.RestartPolicy{Name: "on-failure", MaximumRetryCount: 3})
	same(t, "logging", h.LogConfig, container.LogConfig{Type: "local", Config: map[string]string{"max-size": "1m"}})
	same(t, "ulimits", h.Ulimits, []*container.Ulimit{{Name: "nofile", Soft: 10, Hard: 20}})
	same(t, "rights", []any{[]string(h.CapAdd), []string(h.CapDrop), h.SecurityOpt, h.ReadonlyRootfs, h.Init},
		[]any{[]string{"CAP_NET_BIND_SERVICE"}, []string{"ALL"}, []string{"no-new-privileges"}, true, &yes})
	same(t, "rest", []any{h.Tmpfs, h.ExtraHosts, h.DNS, h.ShmSize, string(h.NetworkMode)},
		[]any{map[string]string{"/tmp": "size=1m"}, []string{"db:10.0.0.1"}, []string{"10.0.0.2"}, int64(1 << 20), "back"})
	same(t, "networks", got.NetworkingConfig.EndpointsConfig, map[string]*network.EndpointSettings{
		"back":  {IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: "10.0.0.200"}, Aliases: []string{"web"}},
		"front": {IPAMConfig: &network.EndpointIPAMConfig{IPv6Address: "fd00::200"}}})
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	asJSON := func(v any) string {
		text, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if diff := cmp.Diff(asJSON(want), asJSON(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// What an old engine does not know is left out or done in steps.
func TestCreateOnOldEngine(t *testing.T) {
	got, calls := sent(t, "1.41")
	same(t, "calls", calls, []string{
		"POST /containers/create?name=shop-web-1&platform=linux%2Farm64%2Fv8",
		"POST /networks/front/connect",
	})
	same(t, "start interval", got.Healthcheck.StartInterval, time.Duration(0))
	same(t, "number of networks", len(got.NetworkingConfig.EndpointsConfig), 1)
}

func TestStopSignal(t *testing.T) {
	for api, want := range map[string][]string{
		"1.41": {"POST /containers/x/kill?signal=SIGHUP", "POST /containers/x/wait?condition=not-running", "POST /containers/x/stop?t=0"},
		"1.42": {"POST /containers/x/stop?signal=SIGHUP&t=2"},
	} {
		var calls []string
		e, err := docker.Open(t.Context(), fake(t, api, func(w http.ResponseWriter, r *http.Request) {
			calls = append(calls, r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), "/v"+api))
			if strings.HasSuffix(r.URL.Path, "/wait") {
				_, _ = io.WriteString(w, `{"StatusCode":0}`)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.StopContainer(t.Context(), "x", "SIGHUP", 1200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		same(t, "calls at API "+api, calls, want)
	}
}
