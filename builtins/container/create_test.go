package container_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParsePublish(t *testing.T) {
	for text, want := range map[string]engine.Publish{
		"5432":           {Port: 5432, Target: 80},
		"65535/tcp":      {Port: 65535, Target: 80, Protocol: "tcp"},
		"127.0.0.1:5432": {Address: "127.0.0.1", Port: 5432, Target: 80},
		":53/udp":        {Port: 53, Target: 80, Protocol: "udp"},
		"[::1]:53/udp":   {Address: "::1", Port: 53, Target: 80, Protocol: "udp"},
	} {
		if got, err := container.ParsePublish(text, 80); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "65536", "-1", "+80", "80/", "80/sctp", "80:90", "localhost:80", "1.2.3:80", "::1:80", "80 "} {
		if got, err := container.ParsePublish(text, 80); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestCreate(t *testing.T) {
	raw := `{"image":"app:1","command":["serve"],"env":{"A":"a","T":{"secret":"env.T"}},"labels":{"team":"a"},"tmpfs":["/tmp"],
		"ulimits":{"nofile":7},"extra_hosts":{"db":"10.0.0.9"},"logging":{"driver":"local"},"restart":"always",
		"mount":{"/v":{"volume":{"ref":"volume.v"}},"/abs":{"source":"/srv","read_only":true},"/rel":{"source":"conf"}},
		"file":{"/f":{"content":"x","mode":"0444"}},
		"expose":{"http":{"port":80},"db":{"port":5432,"publish":"127.0.0.1:1"}},
		"limits":{"memory":1,"cpus":0.5,"pids":2},"stop":{"signal":"SIGINT","timeout":"5s"},
		"health":{"exec":["check"],"interval":"1s","timeout":"2s","retries":3,"start_timeout":"4s"}}`
	s, err := container.Parse(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	address := netip.MustParseAddr("10.1.2.3")
	got, err := container.Create(s, []byte(raw), container.Place{
		Recipe: state.Recipe{Name: "shop", Origin: "here", Dir: "/src"}, Addr: addr.Addr{Kind: "service", Name: "web", Key: "blue"},
		Release: "abcd1234", Generation: 3, Index: 2, Image: "app@sha256:1", Networks: []string{"n1", "n2"}, Address: address, Alias: true,
		Volumes: map[string]string{"volume.v": "shop-v"}, Hosts: map[string]string{"edge": "10.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := container.CreateConfig{
		Env:   map[string]state.Text{"A": {Plain: "a"}, "T": {Secret: "env.T"}},
		Files: map[string]container.File{"/f": {Content: state.Text{Plain: "x"}, Mode: "0444"}},
		Spec: engine.ContainerSpec{
			Name: "shop-web-blue-abcd1234-2", Image: "app@sha256:1", Command: []string{"serve"}, Restart: "always",
			Labels: map[string]string{"recipe.name": "shop", "recipe.origin": "here", "recipe.addr": `service.web["blue"]`, "recipe.spec": raw,
				"recipe.release": "abcd1234", "recipe.generation": "3", "recipe.index": "2", "recipe.address": "10.1.2.3", "team": "a"},
			StopSignal: "SIGINT", StopTimeout: 5 * time.Second,
			Health:    &engine.HealthCheck{Exec: []string{"check"}, Interval: time.Second, Timeout: 2 * time.Second, StartPeriod: 4 * time.Second, Retries: 3},
			Endpoints: map[string]engine.Endpoint{"n1": {Address: address, Aliases: []string{"web-blue"}}, "n2": {Aliases: []string{"web-blue"}}},
			Publish:   []engine.Publish{{Address: "127.0.0.1", Port: 1, Target: 5432}},
			Mounts:    []engine.Mount{{Source: "/srv", Target: "/abs", ReadOnly: true}, {Source: "/src/conf", Target: "/rel"}, {Volume: "shop-v", Target: "/v"}},
			Tmpfs:     map[string]string{"/tmp": ""}, Limits: engine.Limits{Memory: 1, CPUs: 0.5, PIDs: 2},
			ExtraHosts: []string{"db:10.0.0.9", "edge:10.0.0.1"}, Ulimits: map[string]engine.Ulimit{"nofile": {Soft: 7, Hard: 7}},
			Logging: &engine.Logging{Driver: "local"},
		},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// The same arguments are given the same reasons each time, whatever the order of a map.
func TestExclusive(t *testing.T) {
	for spec, want := range map[string]string{
		`{"mount":{"/a":{"source":"/a"}},"expose":{"a":{"port":1}}}`:                            "",
		`{"mount":{"/b":{"exclusive":true},"/a":{"exclusive":true},"/c":{"exclusive":true}}}`:   `mount "/a" is exclusive`,
		`{"expose":{"c":{"port":1,"publish":"1"},"b":{"port":2,"publish":"2"},"a":{"port":3}}}`: `expose "b" publishes 2`,
		`{"mount":{"/a":{"exclusive":true}},"expose":{"a":{"port":1,"publish":"1"}}}`:           `mount "/a" is exclusive`,
	} {
		s, err := container.Parse(json.RawMessage(spec))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if why, exclusive := s.Exclusive(); why != want || exclusive != (want != "") {
				t.Fatalf("%s: %q, %v; want %q", spec, why, exclusive, want)
			}
		}
	}
}
