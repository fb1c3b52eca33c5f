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

	"github.com/deployrecipe/recipe/builtins/helper"
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

// A first apply that fails leaves no container, no network and nothing on the edge.
func TestFirstFails(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	bad := standard().with("HEALTH", "fail")
	bad.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1500ms"`, 1) }
	d.recipe(bad)
	d.must(1, "apply", "--auto-approve")
	for _, name := range d.objects() {
		if name != "volume "+helper.RecordName(d.name) && !strings.HasSuffix(name, " "+helper.RecordName(d.name)) {
			t.Errorf("it left %s", name)
		}
	}
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
