package service_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/builtins/service"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/evaltest/golden"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// scene is what one case plans from: a service web behind a port unless it says otherwise, at release new or
// old, with containers and a site as they stand.
type scene struct {
	spec       string // of service.web, more arguments
	noPort     bool
	switchover string
	have       []have
	site       *proxy.Site
	mode       kind.Mode
	recorded   *state.Recorded
	cut        bool // the last apply did not see the site in force
	edited     bool // somebody wrote a line of their own into the recipe's file on the edge
	moved      bool // service.web is service.front["main"] now
}

// have is one container that stands.
type have struct {
	spec    string // as scene.spec: what it was made from
	gen, n  int
	state   engine.State
	address string
	// labelled is the address in its label, where that tells another than the engine does.
	labelled string
	ended    time.Time
}

const (
	base     = `"count":1,"expose":{"http":{"port":8080}},"health":{"http":{"port":"http","path":"/up"},"interval":"1s","timeout":"1s","retries":3,"start_timeout":"1m0s"},"stop":{"signal":"SIGTERM","timeout":"30s"},"restart":"unless-stopped"`
	newEnv   = `"env":{"RELEASE":"2"},`
	oldEnv   = `"env":{"RELEASE":"1"},`
	subnet   = "10.200.0.0/21"
	fixed1   = "10.200.4.0"
	fixed2   = "10.200.4.1"
	twoStage = `{"services":[{"ref":"service.web"}],"on_failure":"revert","retain":1,"drain":{"timeout":"10s"},"stage":[{"label":"canary","weight":10,"hold":"2m0s"},{"label":"full","weight":100}]}`
)

func spec(more string) json.RawMessage {
	return json.RawMessage(`{"image":"app:1",` + more + base + `}`)
}

func release(t *testing.T, more string) string {
	t.Helper()
	s, err := container.Parse(spec(more))
	if err != nil {
		t.Fatal(err)
	}
	return s.Release("content")
}

func TestPlans(t *testing.T) {
	t.Parallel()
	running := func(env string, gen, n int, address string) have {
		return have{spec: env, gen: gen, n: n, state: engine.Running, address: address}
	}
	oldServes := func(t *testing.T) *proxy.Site { return site(t, oldEnv, 0, "", 0) }
	for name, scene := range map[string]func(*testing.T) scene{
		"first": func(*testing.T) scene { return scene{spec: newEnv} },
		"unchanged": func(t *testing.T) scene {
			return scene{spec: oldEnv, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"switch": func(t *testing.T) scene {
			return scene{spec: newEnv, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"canary": func(t *testing.T) scene {
			return scene{spec: newEnv, switchover: twoStage, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"died_in_canary": func(t *testing.T) scene {
			return scene{spec: newEnv, switchover: twoStage, have: []have{running(oldEnv, 1, 1, fixed1), running(newEnv, 2, 1, fixed2)},
				site: amid(site(t, oldEnv, 10, newEnv, 0), "canary")}
		},
		"died_in_canary_then_changed": func(t *testing.T) scene {
			return scene{spec: `"env":{"RELEASE":"3"},`, have: []have{running(oldEnv, 1, 1, fixed1), running(newEnv, 2, 1, fixed2)},
				site: amid(site(t, oldEnv, 10, newEnv, 0), "canary")}
		},
		"worker_broken_off_then_back": func(t *testing.T) scene {
			last := &state.Recorded{History: []state.Entry{{Releases: map[string]string{"service.web": release(t, oldEnv)}}}}
			return scene{spec: oldEnv, noPort: true, have: []have{running(oldEnv, 1, 1, ""), running(newEnv, 2, 1, "")}, recorded: last}
		},
		"died_in_canary_then_back": func(t *testing.T) scene {
			return scene{spec: oldEnv, switchover: twoStage, have: []have{running(oldEnv, 1, 1, fixed1), running(newEnv, 2, 1, fixed2)},
				site: amid(site(t, oldEnv, 10, newEnv, 0), "canary")}
		},
		"died_in_canary_then_rollback": func(t *testing.T) scene {
			return scene{spec: newEnv, mode: kind.Rollback, have: []have{running(oldEnv, 1, 1, fixed1), running(newEnv, 2, 1, fixed2)},
				site: amid(site(t, oldEnv, 10, newEnv, 0), "canary")}
		},
		"scale_down_of_a_stopped_one": func(t *testing.T) scene {
			stopped := running(oldEnv, 1, 1, fixed1)
			stopped.state = engine.Exited
			return scene{spec: oldEnv, have: []have{stopped, running(oldEnv, 1, 2, fixed2)}, site: site(t, oldEnv, 0, "", 2)}
		},
		"died_before_drain": func(t *testing.T) scene {
			return scene{spec: newEnv, have: []have{running(oldEnv, 1, 1, fixed1), running(newEnv, 2, 1, fixed2)},
				site: amid(site(t, oldEnv, 100, newEnv, 0), "full")}
		},
		"died_after_create": func(t *testing.T) scene {
			created := running(newEnv, 2, 1, fixed2)
			created.state = engine.Created
			return scene{spec: newEnv, have: []have{running(oldEnv, 1, 1, fixed1), created}, site: oldServes(t)}
		},
		"scale_up": func(t *testing.T) scene {
			return scene{spec: strings.Replace(oldEnv+base, `"count":1`, `"count":2`, 1), have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"scale_down": func(t *testing.T) scene {
			return scene{spec: oldEnv, have: []have{running(oldEnv, 1, 1, fixed1), running(oldEnv, 1, 2, fixed2)}, site: site(t, oldEnv, 0, "", 2)}
		},
		"worker": func(*testing.T) scene {
			return scene{spec: newEnv, noPort: true, have: []have{running(oldEnv, 1, 1, "")}}
		},
		"exclusive": func(t *testing.T) scene {
			mount := `"mount":{"/data":{"source":"/srv/data","read_only":false,"exclusive":true}},`
			return scene{spec: newEnv + mount, have: []have{running(oldEnv+mount, 1, 1, fixed1)}, site: site(t, oldEnv+mount, 0, "", 0)}
		},
		"retain": func(t *testing.T) scene {
			stopped := have{spec: `"env":{"RELEASE":"0"},`, gen: 1, n: 1, state: engine.Exited, address: fixed2}
			return scene{spec: newEnv, switchover: twoStage, have: []have{stopped, running(oldEnv, 2, 1, fixed1)}, site: oldServes(t)}
		},
		"rollback": func(t *testing.T) scene {
			stopped := have{spec: oldEnv, gen: 1, n: 1, state: engine.Exited, address: fixed1}
			return scene{spec: newEnv, mode: kind.Rollback, have: []have{stopped, running(newEnv, 2, 1, fixed2)}, site: site(t, "", 100, newEnv, 0)}
		},
		"rolled_back_before": func(t *testing.T) scene { // the newest release was left: the one that serves is to be kept
			left := have{spec: `"env":{"RELEASE":"0"},`, gen: 2, n: 1, state: engine.Exited, address: fixed2, ended: time.Unix(100, 0)}
			serves := running(oldEnv, 1, 1, fixed1)
			serves.ended = time.Unix(50, 0) // it ran before, too
			return scene{spec: newEnv, switchover: twoStage, have: []have{serves, left}, site: oldServes(t)}
		},
		"rollback_to_the_last": func(t *testing.T) scene {
			first := have{spec: oldEnv, gen: 1, n: 1, state: engine.Exited, address: fixed1, ended: time.Unix(200, 0)}
			left := have{spec: `"env":{"RELEASE":"0"},`, gen: 2, n: 1, state: engine.Exited, ended: time.Unix(100, 0)}
			return scene{spec: newEnv, mode: kind.Rollback, have: []have{first, left, running(newEnv, 3, 1, fixed2)}, site: site(t, "", 100, newEnv, 0)}
		},
		"removed": func(t *testing.T) scene {
			return scene{noPort: true, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"died_between_file_and_proxy": func(t *testing.T) scene {
			return scene{spec: oldEnv, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t), cut: true}
		},
		"edited_by_hand": func(t *testing.T) scene {
			return scene{spec: oldEnv, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t), edited: true}
		},
		"edited_by_hand_and_changed": func(t *testing.T) scene {
			return scene{spec: newEnv, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t), edited: true}
		},
		"moved": func(t *testing.T) scene {
			return scene{spec: oldEnv, moved: true, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"moved_and_changed": func(t *testing.T) scene {
			return scene{spec: newEnv, moved: true, have: []have{running(oldEnv, 1, 1, fixed1)}, site: oldServes(t)}
		},
		"edge_lost": func(*testing.T) scene {
			return scene{spec: oldEnv, have: []have{running(oldEnv, 1, 1, fixed1)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden.Check(t, filepath.Join("testdata", name+".txt"), transcript(scene(t).plan(t)))
		})
	}
}

// site has release old on side a and release new on side b, ready, with percent going to b.
func site(t *testing.T, old string, percent int, new string, more int) *proxy.Site {
	t.Helper()
	backend := func(env, address string) proxy.Backend {
		if env == "" {
			return proxy.Backend{}
		}
		b := proxy.Backend{Release: release(t, env), Check: &proxy.Check{Path: "/up", Interval: 1e9, Timeout: 1e9, Retries: 3}}
		for i := range max(1, more) {
			a := netip.MustParseAddr(address)
			for range i {
				a = a.Next()
			}
			b.Servers = append(b.Servers, proxy.Server{Slot: i + 1, Address: netip.AddrPortFrom(a, 8080), State: proxy.Ready})
		}
		return b
	}
	return &proxy.Site{Recipe: "shop", Origin: "here", Groups: []proxy.Group{{Name: "web", Percent: percent}},
		Ports:    []proxy.Port{{Name: "web", Listen: 80, Mode: proxy.HTTP, Routes: []proxy.Route{{Path: "/", Service: "web.http"}}}},
		Services: []proxy.Service{{Name: "web.http", Group: "web", Mode: proxy.HTTP, A: backend(old, fixed1), B: backend(new, fixed2)}}}
}

// amid has a site's group at a stage of a switchover to side b.
func amid(s *proxy.Site, stage string) *proxy.Site {
	s.Groups[0].Switch = &proxy.Switch{To: proxy.B, Stage: stage, Since: time.Unix(100, 0).UTC()}
	return s
}

func (s scene) plan(t *testing.T) *plan.Plan {
	t.Helper()
	web := addr.New("service", "web")
	d := &state.Desired{Recipe: state.Recipe{Name: "shop", Origin: "here", Dir: "/src/shop"}}
	now := web
	if s.moved {
		now = addr.Addr{Kind: "service", Name: "front", Key: "main"}
		d.Recipe.Moved = state.NewMoves(map[string]*state.Scope{"": state.NewScope([]state.Move{{From: web, To: now}})})
	}
	wanted := spec(s.spec)
	if strings.Contains(s.spec, `"count"`) {
		wanted = json.RawMessage(`{"image":"app:1",` + s.spec + `}`)
	}
	if s.spec != "" {
		d.Resources = append(d.Resources, &state.Resource{Addr: now, Spec: wanted})
	}
	if !s.noPort {
		d.Resources = append(d.Resources, &state.Resource{Addr: addr.New("port", "web"),
			Spec: plan.Raw(map[string]any{"listen": 80, "mode": "http", "route": []any{
				map[string]any{"path": "/", "to": state.Ref{Addr: now.String(), Port: "http"}}}})})
	}
	if s.switchover != "" {
		d.Resources = append(d.Resources, &state.Resource{Addr: addr.New("switchover", "web"), Spec: json.RawMessage(s.switchover)})
	}
	o := &state.Observed{}
	known := &world.Known{Info: engine.Info{OS: "linux", Version: "20.10"}, Networks: []engine.Network{{Name: "shop-default", Subnet: netip.MustParsePrefix(subnet)}}}
	if s.site != nil {
		known.Edge = world.Edge{Exists: true, Running: true, Sites: []proxy.Site{*s.site}, Files: s.files(t)}
		if !s.cut {
			known.Edge.InForce = map[string]world.InForce{s.site.Recipe: edge.Kept(*s.site)}
		}
	}
	world.SetFacts(o, known)
	for _, h := range s.have {
		o.Objects = append(o.Objects, h.object(t, web))
	}
	mode := s.mode
	if mode == "" {
		mode = kind.Apply
	}
	find := func(in kind.Input, _ *state.Resource, _ container.Image, _ string) (container.Found, kind.Result, error) {
		if in.Mode == kind.Rollback {
			return container.Found{}, kind.Result{}, errors.New("a way back must not need the image of what is left")
		}
		return container.Found{Ref: "app:1", Content: "content"}, kind.Result{}, nil
	}
	recorded := &state.Recorded{}
	if s.recorded != nil {
		recorded = s.recorded
	}
	d.Recipe.Moved.Apply(o, recorded)
	p, diags := diff.Make(diff.Input{Recorded: recorded, Kinds: []kind.Kind{service.Kind{Image: find, Edge: "edge", EdgeImage: "haproxy"}},
		Desired: d, Observed: o, Mode: mode, Engine: "engine"})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

// files are those of the site.
func (s scene) files(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := haproxy.Config{Sites: []proxy.Site{*s.site}}.Render()
	if err != nil {
		t.Fatal(err)
	}
	if s.edited {
		name := haproxy.SiteFile(s.site.Recipe)
		files[name] = append(files[name], "    timeout server 1s\n"...)
	}
	return files
}

func (h have) object(t *testing.T, a addr.Addr) state.Object {
	t.Helper()
	rel := release(t, h.spec)
	name := container.Name("shop", a, rel, h.n)
	c := engine.Container{ID: name, Name: name, State: h.state, Image: "app:1", Restart: "unless-stopped", Finished: h.ended,
		Labels: map[string]string{label.Index: strconv.Itoa(h.n)}}
	if h.labelled != "" {
		c.Labels[label.Address] = h.labelled
	}
	if h.address != "" {
		c.Addresses = map[string]netip.Addr{"shop-default": netip.MustParseAddr(h.address)}
	} else if h.state == engine.Running {
		c.Addresses = map[string]netip.Addr{"shop-default": netip.MustParseAddr("10.200.0.9")}
	}
	return state.Object{Type: "container", Addr: a, ID: name, Name: name, Release: rel, Generation: h.gen,
		Running: h.state == engine.Running, Spec: spec(h.spec), Data: c}
}

// transcript tells a plan in a form that a reviewer can read.
func transcript(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s: %s\n", c.Action, c.Addr, c.Summary)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "    %s %s -> %s\n", f.Path, f.Before, f.After)
		}
	}
	for _, d := range p.Drift {
		if d.Text != nil {
			fmt.Fprintf(&b, "drift: %s %s; it loses %q\n", d.Object, d.What, strings.TrimPrefix(d.Text.Before, d.Text.After))
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", n.Text)
	}
	for _, i := range p.Interruptions {
		if i.Closes != "" {
			fmt.Fprintf(&b, "%s: %s closes with %s: %s\n", i.Group, i.Closes, i.Step, i.Why)
			continue
		}
		fmt.Fprintf(&b, "interruption of %s: %s, at most %s\n", i.Group, i.Why, i.Bound)
	}
	for _, steps := range [][]plan.Step{p.Steps, p.Undo} {
		b.WriteString("--\n")
		for _, s := range steps {
			fmt.Fprintf(&b, "%s: %s", s.ID, s.Title)
			if len(s.Needs) > 0 {
				fmt.Fprintf(&b, "\n    needs %v", s.Needs)
			}
			if len(s.Undo) > 0 {
				fmt.Fprintf(&b, "\n    undo %v", s.Undo)
			}
			if s.Commit {
				b.WriteString("\n    commits")
			}
			b.WriteByte('\n')
		}
	}
	groups := map[string]bool{}
	for _, s := range p.Steps {
		if s.Group == "" || groups[s.Group] {
			continue
		}
		groups[s.Group] = true
		b.WriteString("-- way back of " + s.Group + "\n")
		for _, back := range plan.UndoFor(p, s.Group, all(p), nil) {
			b.WriteString(back.Title + "\n")
		}
	}
	return b.String()
}

func all(p *plan.Plan) []plan.ID {
	var ids []plan.ID
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}
