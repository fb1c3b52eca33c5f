package simulated_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// modules is a random recipe with a library, small enough to read when it fails.
type modules struct {
	Release, LibRelease string
	Sites               []string // keys of a for_each of services and their ports
	Stores              []string // keys of a for_each of a library
	Network             string   // the name of a network that sites are on, empty for the default one
	Shared              bool     // one switchover switches all sites
	Moved               bool     // the worker has another address than before
	Job, Worker         bool
	Calls               bool   // an internal port leads to the first site, and the worker reads where it is
	Expose              string // what the sites call their port
	Base                int    // from where ports count
}

// files writes it down.
func (m modules) files() fstest.MapFS {
	var b strings.Builder
	fmt.Fprintf(&b, "recipe { name = \"shop\" }\nlocals { sites = %s }\nvariable \"release\" { default = %q }\n", numbered(m.Sites), m.Release)
	networks := ""
	if m.Network != "" {
		fmt.Fprintf(&b, "network %q {}\n", m.Network)
		networks = "networks = [network." + m.Network + "]"
	}
	needs := ""
	if m.Job {
		b.WriteString("job \"prepare\" {\n  image = \"app:1\"\n  env = { RELEASE = var.release }\n}\n")
		needs = "depends_on = [job.prepare]"
	}
	fmt.Fprintf(&b, "service \"site\" {\n  for_each = local.sites\n  image = \"app:1\"\n  env = { RELEASE = \"${var.release}-${each.key}\" }\n  %s\n  %s\n  expose %q { port = 8080 }\n}\n", networks, needs, m.Expose)
	fmt.Fprintf(&b, "port \"site\" {\n  for_each = local.sites\n  listen = %d + each.value\n  route { to = service.site[each.key].%s }\n}\n", m.Base, m.Expose)
	if m.Shared && len(m.Sites) > 0 {
		b.WriteString("switchover \"sites\" { services = [service.site] }\n")
	}
	calls := ""
	if m.Calls && len(m.Sites) > 0 {
		fmt.Fprintf(&b, "port \"calls\" {\n  listen = 9000\n  internal = true\n  route { to = service.site[%q].%s }\n}\n", m.Sites[0], m.Expose)
		calls = ", CALLS = port.calls.address"
	}
	if m.Worker {
		name := "work"
		if m.Moved {
			name = "worker"
			b.WriteString("moved {\n  from = service.work\n  to = service.worker\n}\n")
		}
		fmt.Fprintf(&b, "service %q {\n  image = \"app:1\"\n  env = { RELEASE = var.release, STORES = join(\",\", sort([for k, s in use.store : s.name]))%s }\n}\n", name, calls)
	}
	fmt.Fprintf(&b, "use \"store\" {\n  source = \"./lib\"\n  for_each = toset(%s)\n  release = %q\n}\n", quoted(m.Stores), m.LibRelease)
	return fstest.MapFS{"recipe.hcl": {Data: []byte(b.String())}, "lib/recipe.hcl": {Data: []byte(`
variable "release" { type = string }
volume "data" {}
service "main" {
  image = "app:1"
  env   = { RELEASE = var.release }
  mount "/data" {
    volume    = volume.data
    exclusive = true
  }
}
output "name" { value = service.main.name }
`)}}
}

func numbered(keys []string) string {
	var parts []string
	for i, key := range keys {
		parts = append(parts, fmt.Sprintf("%s = %d", key, i))
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func quoted(keys []string) string { return strings.ReplaceAll(fmt.Sprintf("%q", keys), " ", ", ") }

func someModules() *rapid.Generator[modules] {
	return rapid.Custom(func(t *rapid.T) modules {
		keys := func(of ...string) *rapid.Generator[[]string] {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, len(of), rapid.ID)
		}
		release := rapid.SampledFrom([]string{"a", "b"})
		return modules{
			Release: release.Draw(t, "release"), LibRelease: release.Draw(t, "library release"),
			Sites: keys("x", "y", "z").Draw(t, "sites"), Stores: keys("eu", "us").Draw(t, "stores"),
			Network: rapid.SampledFrom([]string{"", "front", "back"}).Draw(t, "network"), Shared: rapid.Bool().Draw(t, "shared"),
			Moved: rapid.Bool().Draw(t, "moved"), Job: rapid.Bool().Draw(t, "job"), Worker: rapid.Bool().Draw(t, "worker"), Calls: rapid.Bool().Draw(t, "calls"),
			Expose: rapid.SampledFrom([]string{"http", "http", "web"}).Draw(t, "expose"), Base: rapid.SampledFrom([]int{80, 80, 81}).Draw(t, "base"),
		}
	})
}

// partly is a recipe, and the part of it that is applied.
type partly struct {
	Modules modules
	Option  string // target, exclude or replace, empty for the whole recipe
	Pick    int    // which of the addresses
}

func someParts() *rapid.Generator[partly] {
	return rapid.Custom(func(t *rapid.T) partly {
		return partly{someModules().Draw(t, "modules"), rapid.SampledFrom([]string{"", "target", "target", "exclude", "replace"}).Draw(t, "option"),
			rapid.IntRange(0, 100).Draw(t, "pick")}
	})
}

// TestRandomModules applies parts of random modules one after the other, and then the whole of one: then nothing is
// left to do. Each plan is the same however the engine's answers are ordered. -rapid.checks makes the run longer, and
// -rapid.seed repeats one.
func TestRandomModules(t *testing.T) {
	t.Parallel()
	random.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(someParts(), 1, 4).Draw(rt, "parts")
		last := someModules().Draw(rt, "last")
		said := &sayings{}
		synctest.Test(t, func(*testing.T) { said.parts(append(parts, partly{Modules: last})) })
		if said.failed {
			rt.Fatalf("%s", said.text.String())
		}
	})
}

// parts plays them.
func (n *sayings) parts(all []partly) {
	s := newScene(n)
	s.parallel = 10
	defer func() {
		if p := recover(); p != nil && p != errStop {
			panic(p)
		}
		s.end()
	}()
	for i, one := range all {
		d := desireModule(s, one.Modules.files())
		s.Part = target.Options{}
		if a := s.pick(d, one); a != "" {
			switch one.Option {
			case "target":
				s.Part.Targets = []string{a}
			case "exclude":
				s.Part.Excludes = []string{a}
			case "replace":
				s.Part.Replaces = []string{a}
			}
		}
		n.Logf("%d: %+v\n   %+v\n%s", i, one.Modules, s.Part, one.Modules.files()["recipe.hcl"].Data)
		p := s.plan(d, kind.Apply)
		s.sameAnyway(d, p)
		s.proved(p.Plan)
		if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
			s.Fatalf("applying: %v\n%s\n%s", err, steps(p), s.state())
		}
		s.Part.Replaces = nil
		again, diags, err := s.Plan(s.ctx, d, kind.Apply)
		if diags.HasErrors() && diag.CodeOf(diags[0]) == diag.UnknownReference {
			continue // what was planned is gone now
		}
		if err != nil || diags.HasErrors() {
			s.Fatalf("planning again: %v %v", err, diags)
		}
		if !again.Empty() {
			s.Fatalf("there is something left to do:\n%s\nafter\n%s\n%s", steps(again), steps(p), s.state())
		}
		time.Sleep(time.Second)
	}
}

// pick chooses an address that the option can name.
func (s *scene) pick(d *state.Desired, one partly) string {
	var all []string
	for _, r := range d.Resources {
		if one.Option == "replace" && r.Addr.Kind != "service" && r.Addr.Kind != "job" {
			continue
		}
		all = append(all, r.Addr.String(), r.Addr.Block().String(), r.Addr.Kind)
		for _, use := range r.Addr.Libraries() {
			all = append(all, use.String())
		}
	}
	if one.Option != "replace" {
		observed, _, err := s.List(s.ctx, d.Recipe)
		if err != nil {
			s.Fatalf("%v", err)
		}
		for _, o := range observed.Objects {
			all = append(all, o.Addr.String())
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 || one.Option == "" {
		return ""
	}
	return all[one.Pick%len(all)]
}

// sameAnyway plans again, the engine's answers being in another order each time.
func (s *scene) sameAnyway(d *state.Desired, want *simulated.Planned) {
	s.Helper()
	if want.Mode == kind.Destroy {
		d = &state.Desired{Recipe: d.Recipe, Outputs: d.Outputs, Missing: d.Missing}
	}
	for seed := range uint64(3) {
		draws := rand.New(rand.NewPCG(seed, 1))
		observed, recorded, err := s.List(s.ctx, d.Recipe)
		if err != nil {
			s.Fatalf("%v", err)
		}
		known := world.Facts(observed)
		draws.Shuffle(len(observed.Objects), func(i, j int) {
			observed.Objects[i], observed.Objects[j] = observed.Objects[j], observed.Objects[i]
		})
		draws.Shuffle(len(known.Networks), func(i, j int) { known.Networks[i], known.Networks[j] = known.Networks[j], known.Networks[i] })
		if err := s.Refine(s.ctx, observed, d); err != nil {
			s.Fatalf("%v", err)
		}
		made, diags := diff.Make(diff.Input{Kinds: builtins.Kinds(s.Settings), Desired: d, Observed: observed, Recorded: recorded,
			Mode: want.Mode, Engine: known.Info.ID, Target: s.Part})
		if diags.HasErrors() {
			s.Fatalf("planning: %v", diags)
		}
		if plan.Digest(made) != plan.Digest(want.Plan) {
			a, _ := plan.Canonical(want.Plan)
			b, _ := plan.Canonical(made)
			s.Fatalf("the engine's answers in another order give another plan:\n%s\n%s", a, b)
		}
	}
}

// desireModule evaluates a recipe with its libraries.
func desireModule(t failer, files fstest.MapFS) *state.Desired {
	t.Helper()
	in := resolve.Inputs{FS: files, Dir: "/src", Origin: "here", Env: noEnv, Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(funcs.Inputs{FS: files, Dir: "/src", Env: noEnv}),
		Library:   builtins.Library(funcs.Inputs{FS: files, Dir: "/src", Env: noEnv}, "/src", nil)}
	blocks := resolve.Blocks()
	for _, k := range builtins.Kinds(builtins.Environment(noEnv)) {
		in.Kinds[k.Schema().Name] = k
		blocks = append(blocks, *k.Schema())
	}
	loaded, diags := syntax.Load(files, ".")
	module, more := decode.Decode(loaded, append([]schema.Block(nil), blocks...))
	diags = append(diags, more...)
	diags = append(diags, decode.Libraries{FS: files, Top: blocks, Version: "0.1.0"}.Use(module)...)
	d, more := resolve.Resolve(module, in)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, files["recipe.hcl"].Data)
	}
	return d
}
