package simulated_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// harm is one thing that others do to what stands.
type harm struct {
	What string
	Pick int // to which of those it can be done to
}

// harms are what can be done; each returns the name of what it was done to, empty where there was nothing.
var harms = map[string]func(*scene, int) (string, error){
	"crash": func(s *scene, n int) (string, error) {
		return s.container(n, func(id string) error { return s.Engine.Crash(id, 137) })
	},
	"stop":            func(s *scene, n int) (string, error) { return s.container(n, s.stop) },
	"remove":          func(s *scene, n int) (string, error) { return s.container(n, s.remove) },
	"disconnect":      (*scene).disconnect,
	"update":          (*scene).update,
	"remove network":  (*scene).removeNetwork,
	"remove volume":   (*scene).removeVolume,
	"remove image":    func(s *scene, _ int) (string, error) { return "app:1", s.Engine.RemoveImage(s.ctx, "app:1") },
	"retag image":     (*scene).retag,
	"publish image":   (*scene).publish,
	"lose the record": func(s *scene, _ int) (string, error) { s.Forget("shop"); return "record", nil },
	"stop edge":       func(s *scene, _ int) (string, error) { return "edge", s.stop(s.Settings.Edge) },
	"remove edge":     func(s *scene, _ int) (string, error) { return "edge", s.remove(s.Settings.Edge) },
	"reload edge":     func(s *scene, _ int) (string, error) { s.Edge.Reload(); return "edge", nil },
	"edit edge":       (*scene).edit,
	"lose power":      func(s *scene, _ int) (string, error) { s.Engine.RestartEngine(); return "engine", nil },
}

// container does something to one of the recipe's containers.
func (s *scene) container(n int, do func(id string) error) (string, error) {
	list := s.containers()
	slices.SortFunc(list, func(a, b engine.Container) int { return cmp.Compare(a.Name, b.Name) })
	if len(list) == 0 {
		return "", nil
	}
	c := list[n%len(list)]
	return c.Name, do(c.ID)
}

func (s *scene) stop(id string) error { return s.Engine.StopContainer(s.ctx, id, "", 10*time.Second) }

func (s *scene) remove(id string) error { return s.Engine.RemoveContainer(s.ctx, id) }

func (s *scene) disconnect(n int) (string, error) {
	return s.container(n, func(id string) error {
		c, err := s.Engine.Container(s.ctx, id)
		for _, network := range slices.Sorted(maps.Keys(c.Addresses)) {
			return errors.Join(err, s.Engine.Disconnect(s.ctx, network, id))
		}
		return err
	})
}

func (s *scene) update(n int) (string, error) {
	return s.container(n, func(id string) error {
		return s.Engine.UpdateContainer(s.ctx, id, engine.Limits{Memory: 64 << 20}, "no")
	})
}

// removeNetwork removes a network with the containers that are on it.
func (s *scene) removeNetwork(n int) (string, error) {
	list, err := s.Engine.Networks(s.ctx, map[string]string{label.Recipe: "shop"})
	if err != nil || len(list) == 0 {
		return "", err
	}
	name := list[n%len(list)].Name
	for _, c := range s.containers() {
		if _, on := c.Addresses[name]; on {
			err = errors.Join(err, s.remove(c.ID))
		}
	}
	if s.Engine.Running(s.Settings.Edge) {
		err = errors.Join(err, s.Engine.Disconnect(s.ctx, name, s.Settings.Edge))
	}
	return name, errors.Join(err, s.Engine.RemoveNetwork(s.ctx, name))
}

// removeVolume removes a volume with the containers of its library.
func (s *scene) removeVolume(n int) (string, error) {
	list, err := s.Engine.Volumes(s.ctx, map[string]string{label.Recipe: "shop"})
	if err != nil || len(list) == 0 {
		return "", err
	}
	v := list[n%len(list)]
	for _, c := range s.containers() {
		err = errors.Join(err, s.remove(c.ID))
	}
	return v.Name, errors.Join(err, s.Engine.RemoveVolume(s.ctx, v.Name))
}

// retag gives the image's name to another one on the engine, publish in the registry.
func (s *scene) retag(n int) (string, error) {
	s.Engine.AddImage("app:1", engine.ImageConfig{Labels: map[string]string{"n": fmt.Sprint(n)}}, app(engine.ContainerSpec{}))
	return "app:1", nil
}

func (s *scene) publish(n int) (string, error) {
	return s.Engine.Publish("app:1", engine.ImageConfig{Labels: map[string]string{"n": fmt.Sprint(n)}}, app(engine.ContainerSpec{})), nil
}

// edit changes the recipe's part of the edge, by hand.
func (s *scene) edit(n int) (what string, err error) {
	_, err = s.Edge.Update(s.ctx, "shop", func(site *proxy.Site) error {
		switch n % 7 {
		case 0:
			for i := range site.Groups {
				site.Groups[i].Percent, what = 100-site.Groups[i].Percent, "other sides"
			}
		case 1:
			for i := range site.Groups {
				site.Groups[i].Percent, what = 30, "30 percent"
			}
		case 2:
			*site, what = proxy.Site{Recipe: "shop"}, "all gone"
		default:
			what = s.editServer(site, n/7, n%7)
		}
		return nil
	})
	return what, err
}

// editServer changes one server.
func (s *scene) editServer(site *proxy.Site, n, how int) string {
	if len(site.Services) == 0 {
		return ""
	}
	v := &site.Services[n%len(site.Services)]
	b := v.Side([]proxy.Side{proxy.A, proxy.B}[n%2])
	if len(b.Servers) == 0 {
		return ""
	}
	server := &b.Servers[n%len(b.Servers)]
	switch how {
	case 3:
		server.State = proxy.Maint
	case 4:
		server.State = proxy.Ready
	case 5:
		b.Release = "0123456789ab"
	default:
		*b = proxy.Backend{}
	}
	return v.Name
}

// turn is what happens to a recipe: harms to what stands, and then an apply, which may be killed.
type turn struct {
	Harms   []harm
	Modules modules
	Destroy bool // rather than apply
	Kill    int  // the moment, 0 for none
}

func turns() *rapid.Generator[turn] {
	return rapid.Custom(func(t *rapid.T) turn {
		one := rapid.Custom(func(t *rapid.T) harm {
			return harm{rapid.SampledFrom(slices.Sorted(maps.Keys(harms))).Draw(t, "what"), rapid.IntRange(0, 100).Draw(t, "pick")}
		})
		next := turn{Harms: rapid.SliceOfN(one, 0, 4).Draw(t, "harms"), Modules: someModules().Draw(t, "modules")}
		next.Destroy = rapid.IntRange(0, 7).Draw(t, "destroy") == 0
		if rapid.Bool().Draw(t, "killed") {
			next.Kill = rapid.IntRange(1, 60).Draw(t, "moment")
		}
		return next
	})
}

// TestRandomWorlds plans for worlds that others have changed and applies have left half done: each plan is the same
// however it is asked for, is proven, and leaves nothing to do.
func TestRandomWorlds(t *testing.T) {
	t.Parallel()
	random.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(turns(), 1, 4).Draw(rt, "turns")
		said := &sayings{}
		synctest.Test(t, func(*testing.T) { said.turns(all) })
		if said.failed {
			rt.Fatalf("%s", said.text.String())
		}
	})
}

// turns plays them.
func (n *sayings) turns(all []turn) {
	s := newScene(n)
	defer func() {
		if p := recover(); p != nil && p != errStop {
			panic(p)
		}
		s.end()
	}()
	for i, one := range all {
		for _, h := range one.Harms {
			to, err := harms[h.What](s, h.Pick)
			n.Logf("%d: %s: %s (%v)", i, h.What, to, err)
			time.Sleep(200 * time.Millisecond)
		}
		n.Logf("%d: destroy %v, killed at %d\n%s%s", i, one.Destroy, one.Kill, one.Modules.files()["recipe.hcl"].Data, s.state())
		s.turn(one, i == len(all)-1)
	}
}

// turn plans and applies.
func (s *scene) turn(one turn, last bool) {
	d := desireModule(s, one.Modules.files())
	mode := kind.Apply
	if one.Destroy {
		mode = kind.Destroy
	}
	p := s.plan(d, mode)
	s.sameAnyway(d, p)
	s.proved(p.Plan)
	var kill func(simulated.Moment) bool
	if s.parallel = 10; one.Kill > 0 && !last {
		s.parallel = 1 // so that it is the same moment in each run
		kill = func(m simulated.Moment) bool { return m.N == one.Kill }
	}
	done, err := s.try(p, simulated.ApplyOptions{Kill: kill})
	switch {
	case done.Killed:
		s.Logf("   killed at %v", done.Moments[len(done.Moments)-1])
	case err != nil:
		s.Fatalf("applying: %v\n%s\n%s", err, steps(p), s.state())
	case one.Destroy && p.Empty(): // where nothing stands nobody can tell whether an edge's files know the recipe
	default:
		s.calm(d, mode)
		s.counted(d, mode)
	}
	time.Sleep(time.Second)
}

// counted checks that as many containers run as are wanted, those of a service of one release, and no others.
func (s *scene) counted(d *state.Desired, mode kind.Mode) {
	s.Helper()
	running := map[string]map[string]int{}
	for _, c := range s.containers() {
		if a := d.Recipe.Moved.Now(addressOf(c)).String(); c.State != engine.Exited {
			if running[a] == nil {
				running[a] = map[string]int{}
			}
			running[a][c.Labels[label.Release]]++
		}
	}
	for _, r := range d.Resources {
		if r.Addr.Kind == "service" && mode == kind.Apply {
			spec, err := container.Parse(r.Spec)
			if releases := slices.Collect(maps.Values(running[r.Addr.String()])); err != nil || len(releases) != 1 || releases[0] != spec.Replicas() {
				s.Errorf("%v containers of %s run, not %d (%v)", running[r.Addr.String()], r.Addr, spec.Replicas(), err)
			}
			delete(running, r.Addr.String())
		}
	}
	if len(running) > 0 {
		s.Errorf("left over: %v", running)
	}
}

func addressOf(c engine.Container) addr.Addr {
	a, _ := addr.Parse(c.Labels[label.Addr])
	return a
}
