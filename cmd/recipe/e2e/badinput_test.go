package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mishap is something that an apply cannot get past.
type mishap struct {
	name string
	// recipe changes the recipe that serves, set does whatever else it takes, and is undone with the test.
	recipe func(*app)
	set    func(*deploy)
	args   []string // of the program, in place of an apply
	// says are pieces of the message: what, where, why, what to do.
	says []string
	// early says that it must be known before anything is done, to a plan too.
	early bool
}

// What cannot be applied is refused with exit code 1 and a message that helps, at the earliest moment that it can
// be known; the release before goes on serving, and nothing is left over.
func TestBadInput(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	good := standard()
	good.count = 1
	d.recipe(good)
	d.apply()
	for _, m := range append(fileMishaps(), append(engineMishaps(), appMishaps()...)...) {
		t.Run(m.name, func(t *testing.T) {
			d := d.within(t)
			d.meets(good, m)
		})
	}
	d.recipe(good)
	d.settled()
	d.tidy(1, 2)
}

// within is the same deploy in a test of its own below.
func (d *deploy) within(t *testing.T) *deploy {
	below := *d
	below.T = t
	return &below
}

// meets applies a recipe that cannot be applied and looks at what becomes of it.
func (d *deploy) meets(good app, m mishap) {
	d.Helper()
	before := d.objects()
	bad := good.at("bad")
	if m.recipe != nil {
		m.recipe(&bad)
	}
	d.recipe(bad)
	if m.set != nil {
		m.set(d)
	}
	args := m.args
	if args == nil {
		args = []string{"apply", "--auto-approve"}
	}
	o := d.must(1, args...)
	d.says(o, m.says...)
	if m.early {
		d.says(d.must(1, "plan"), m.says...)
		if strings.Contains(o.stdout, "\nSteps\n") {
			d.Errorf("a plan was shown that could not be carried out\n%s", o)
		}
	}
	d.serves(good.release)
	if d.Failed() { // let the next one begin where this one did
		defer func() { d.recipe(good); d.apply() }()
	}
	if after := d.objects(); !slices.Equal(after, before) {
		d.Errorf("it left\n%q\nof\n%q\n%s", after, before, o)
	}
}

// says checks that a run's message has all pieces.
func (d *deploy) says(o outcome, pieces ...string) {
	d.Helper()
	if os.Getenv("E2E_SHOW") != "" {
		d.Log(o)
	}
	for _, piece := range pieces {
		piece = d.fill(piece)
		if !strings.Contains(flat(o.stderr), flat(piece)) {
			d.Errorf("the message does not say %q\n%s", piece, o)
		}
	}
}

// fill puts the names and numbers of this deploy into a text.
func (d *deploy) fill(text string) string {
	return strings.NewReplacer("NAME", d.name, "EDGE", d.edge, "PORT", fmt.Sprint(d.port), "DIR", d.dir).Replace(text)
}

// flat has single spaces where a text has any, since messages are wrapped.
func flat(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "|", " ")), " ")
}

// fileMishaps are in the files: they are known before the engine is asked for anything.
func fileMishaps() []mishap {
	return []mishap{
		{name: "a context that is not there", early: true, recipe: func(a *app) { a.image = "context = \"./none\"\n" },
			says: []string{"recipe.hcl line", "build context DIR/none does not exist", "create it, or set context"}},
		{name: "an ignore file that cannot be read", early: true, set: func(d *deploy) {
			path := filepath.Join(d.dir, ".dockerignore")
			_ = os.Remove(path)
			if err := os.Mkdir(path, 0o755); err != nil {
				d.Fatal(err)
			}
			d.Cleanup(func() { _ = os.Remove(path) })
		}, says: []string{"recipe.hcl line", "DIR/.dockerignore cannot be read", "or remove it"}},
		{name: "an ignore file that makes no sense", early: true, set: func(d *deploy) { d.write(".dockerignore", "server\n[a-\n") },
			says: []string{"recipe.hcl line", "DIR/.dockerignore has a pattern", "[a-", "mend it"}},
		{name: "words that do not exist", early: true, recipe: func(a *app) {
			a.service = "  memory = \"1MiB\"\n  restat = \"no\"\n  networks = [network.bakend]\n"
			a.more = "network \"backend\" {}\nvolum \"data\" {}\nservice \"two\" {\n  image = image.wb\n  count = \"many\"\n}\n"
		}, says: []string{"recipe.hcl line", `"restat"`, `Did you mean "restart"?`, `"memory"`, `volum`, `Did you mean "volume"?`, `"bakend"`, `Did you mean "backend"?`, `"wb"`, `Did you mean "web"?`, "this is a string"}},
		{name: "a circle", early: true, recipe: func(a *app) {
			a.more = "job \"a\" {\n  image = image.web\n  env = { B = job.b.name }\n}\njob \"b\" {\n  image = image.web\n  env = { A = job.a.name }\n}\n"
		}, says: []string{"job.a", "job.b"}},
	}
}

// engineMishaps are of the engine, the edge and the machine.
func engineMishaps() []mishap {
	return []mishap{
		{name: "no engine", args: []string{"apply", "--auto-approve", "--host", "unix:///nowhere/engine.sock"},
			says: []string{"The engine does not answer", "unix:///nowhere/engine.sock", "no such socket", "sudo systemctl start docker", "DOCKER_HOST"}},
		{name: "no engine at a port", args: []string{"plan", "--host", "tcp://127.0.0.1:1"},
			says: []string{"The engine does not answer", "tcp://127.0.0.1:1", "is the address right"}},
		{name: "an engine that is too old", set: func(d *deploy) { d.env = append(d.env, "DOCKER_HOST="+oldEngine(d)) },
			says: []string{"The engine is too old", "1.40", "1.41"}},
		{name: "a port that another process has", set: func(d *deploy) {
			d.append(fmt.Sprintf("port \"more\" {\n  listen = %d\n  route { to = service.web.http }\n}\n", d.occupy()))
			}, says: []string{"the port is taken", "port more of NAME", "something listens on"}},
		{name: "a published port that another process has", recipe: func(a *app) { a.release = "r1" }, set: func(d *deploy) {
			d.append(fmt.Sprintf("service \"db\" {\n  image = image.web\n  expose \"http\" {\n    port = 8080\n    publish = \"127.0.0.1:%d\"\n  }\n}\n", d.occupy()))
		}, says: []string{"service.db", "recipe.hcl line", "is taken by someone else"}},
		{name: "an edge whose files somebody broke", set: func(d *deploy) {
			d.edgeFile("cfg/99-strange.cfg", "nothing of ours\n")
			d.Cleanup(func() { d.edgeFile("cfg/99-strange.cfg", edgeHeader) })
		}, early: true, says: []string{"EDGE", "99-strange.cfg"}},
		{name: "a configuration that HAProxy refuses", set: func(d *deploy) {
			d.append(fmt.Sprintf("port \"more\" {\n  listen = %d\n  route { to = service.web.http }\n}\n", freePort(d.T)))
			d.edgeFile("cfg/99-strange.cfg", edgeHeader+"backend strange\n    nonsense here\n")
			d.Cleanup(func() { d.edgeFile("cfg/99-strange.cfg", edgeHeader) })
		}, says: []string{"HAProxy", "99-strange.cfg", "nonsense"}},
		{name: "a path that no proxy could ask for", early: true, recipe: func(a *app) {
			a.edit = func(text string) string { return strings.Replace(text, `"/up"`, `"/with space"`, 1) }
		}, says: []string{"recipe.hcl line", "/with space"}},
		{name: "an image that cannot be pulled", recipe: func(a *app) {
			a.more = "service \"db\" { image = \"127.0.0.1:1/none:1\" }\n"
		}, says: []string{"127.0.0.1:1/none:1", "recipe.hcl line"}},
		{name: "an image block that cannot be pulled", recipe: func(a *app) {
			a.more = "image \"db\" { pull = \"127.0.0.1:1/none:1\" }\nservice \"db\" { image = image.db }\n"
		}, says: []string{"127.0.0.1:1/none:1", "recipe.hcl line"}},
	}
}

// appMishaps are of the new release itself.
func appMishaps() []mishap {
	return []mishap{
		{name: "a health check that never passes", recipe: func(a *app) {
			*a = a.with("HEALTH", "fail")
			a.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1500ms"`, 1) }
		}, says: []string{"did not become healthy", "within 1.5s", "status 500", "HEALTH", "Its last output:"}},
		{name: "a container that ends at once", recipe: func(a *app) { a.service = "  command = [\"nonsense\"]\n" },
			says: []string{"exit code was 2", "usage: server", "service.web"}},
		{name: "a container that cannot start", recipe: func(a *app) { a.service = "  entrypoint = [\"/nothing\"]\n" },
			says: []string{"/nothing", "service.web"}},
		{name: "a job that fails", recipe: func(a *app) {
			a.switchover = "  before = [job.migrate]\n"
			a.more = "job \"migrate\" {\n  image   = image.web\n  command = [\"migrate\"]\n  env     = { MIGRATE_EXIT = \"3\" }\n}\n"
		}, says: []string{"job.migrate", "exit code 3", "migrat"}},
		{name: "a build that fails", recipe: func(a *app) { a.image = "  run { exec = [\"/nonexistent\"] }\n" },
			says: []string{"image.web", "/nonexistent", "recipe.hcl line"}},
		{name: "a file that a build misses", recipe: func(a *app) { a.image = "  copy {\n    from = [\"missing.txt\"]\n    to = \"/\"\n  }\n" },
			says: []string{"missing.txt", "recipe.hcl line"}},
	}
}

// occupy takes a port of this machine until the test ends.
func (d *deploy) occupy() int {
	d.Helper()
	port := freePort(d.T)
	l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = l.Close() })
	return port
}

// append adds blocks to the recipe.
func (d *deploy) append(blocks string) {
	d.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "recipe.hcl"))
	if err != nil {
		d.Fatal(err)
	}
	d.write("recipe.hcl", string(text)+blocks)
}

// edgeHeader is what the edge's files begin with.
const edgeHeader = "# recipe edge format 1\n"

// oldEngine answers as an engine from before 1.41 does, and returns where.
func oldEngine(d *deploy) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.40")
		w.Header().Set("Ostype", "linux")
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			fmt.Fprint(w, "OK")
			return
		}
		http.Error(w, `{"message":"not in this version"}`, http.StatusBadRequest)
	})}
	go func() { _ = s.Serve(l) }()
	d.Cleanup(func() { _ = s.Close() })
	return "tcp://" + l.Addr().String()
}
