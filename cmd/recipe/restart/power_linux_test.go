package restart

import (
	"slices"
	"strings"
	"time"
)

// loss is a way to go down without warning, and to come up again.
type loss struct {
	name     string
	down, up func(*app)
	during   []string // titles of steps in the middle of which it happens, too
}

// losses are those of the machine, and of the engine alone: it is killed with all that is its own, so that nobody
// looks after the containers, which run on.
func losses() []loss {
	return []loss{
		{"loss of power", func(a *app) { a.cut() }, func(a *app) { a.on(); a.doors() }, []string{"hold", "drain"}},
		{"death of the engine", (*app).killEngine, func(a *app) { a.engineOn() }, []string{"hold"}},
	}
}

// killEngine kills dockerd first, since it would start what it misses.
func (a *app) killEngine() {
	a.Helper()
	var chosen []process
	for _, name := range []string{"dockerd", "containerd", "containerd-shim", "docker-proxy"} {
		for _, p := range a.processes() {
			if p.name == name || name == "containerd-shim" && strings.HasPrefix(p.name, name) {
				chosen = append(chosen, p)
			}
		}
	}
	if len(chosen) < 3 {
		a.Fatalf("the engine's processes are not there: %v", a.processes())
	}
	a.kill(chosen...)
}

// lost goes down while nothing goes on, and then in the middle of switches.
func lost(a *app, way loss) {
	was := a.now()
	way.down(a)
	began := time.Now()
	way.up(a)
	a.back(way.name, began, was, "r2")
	a.settled("r2")
	last := "r2"
	for _, title := range way.during {
		last = a.lostDuring(way, title, last)
	}
}

// lostDuring goes down in the middle of a switch to the next release, which it returns. Whichever of the two
// releases had a share of the traffic may answer afterwards, and nothing fails; the next apply goes on from there.
func (a *app) lostDuring(way loss, title, last string) string {
	a.Helper()
	next := last + "+"
	was := map[string]string{}
	talk, err := a.dial("8001") // what still talks to the old release keeps it drained, until well after the loss
	if err != nil {
		a.Fatal(err)
	}
	defer talk.Close()
	if err := echo(talk); err != nil {
		a.Fatal(err)
	}
	said := a.interrupted(next, title, func() { was = a.now(); way.down(a) })
	a.Logf("%s during %q: the apply says:\n%s", way.name, title, strings.TrimSpace(said))
	began := time.Now()
	way.up(a)
	for name := range was { // the lock, and what probed: they end with the apply
		if strings.Contains(name, "lock") {
			delete(was, name)
		}
	}
	a.back(way.name+" during "+title, began, was, last, next)
	if title == "hold" {
		a.mostly(last)
	}
	a.must(0, "apply", "--auto-approve", "--var", "release="+next)
	if err := a.serves(next); err != nil {
		a.Errorf("after the next apply: %v", err)
	}
	a.settled(next)
	return next
}

// mostly checks that a release has the larger share of the traffic, as before its canary was cut off.
func (a *app) mostly(release string) {
	a.Helper()
	var answers []string
	for range 100 {
		got, err := a.get("8000")
		if err != nil {
			a.Fatal(err)
		}
		answers = append(answers, got)
	}
	others := len(slices.DeleteFunc(slices.Clone(answers), func(got string) bool { return got == release }))
	if others > 40 { // a tenth was to be
		a.Errorf("%d of %d answers are not of %s, which had nine tenths of the traffic", others, len(answers), release)
	}
}
