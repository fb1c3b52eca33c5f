package e2e

import (
	"strconv"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// What needs no new process makes none: replicas come and go beside those that stay, limits change in place, and
// what concerns the proxy alone changes there. Nothing of it loses a request.
func TestScaleAndLimits(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.service = limits("64MiB", "")
	d.recipe(a)
	d.apply()
	w := d.watch(d.traffic(80))
	was := d.running("web")
	for _, step := range []struct {
		name          string
		change        func(*app)
		count         int
		steps, absent []string // of the plan
	}{
		{"grow", func(a *app) { a.count = 4 }, 4, []string{"create", "give the new replicas"}, []string{"stop "}},
		{"grow past the servers that are kept ready", func(a *app) { a.count = 6 }, 6, []string{"create"}, nil},
		{"shrink", func(a *app) { a.count = 1 }, 1, []string{"drain", "stop", "remove"}, []string{"create "}},
		{"grow again", func(a *app) { a.count = 2 }, 2, []string{"create"}, []string{"stop "}},
		{"limits", func(a *app) { a.service = limits("96MiB", "") }, 2, []string{"in place"}, []string{"create ", "start "}},
		{"the restart policy", func(a *app) { a.service = limits("96MiB", `restart = "always"`) }, 2, nil, []string{"create ", "start "}},
		{"how to switch", func(a *app) {
			a.stages = "  stage \"full\" { weight = 100 }\n"
			a.drain = "5s"
		}, 2, nil, []string{"create ", "start ", "stop "}},
		{"how often to check", func(a *app) {
			a.edit = func(text string) string { return strings.Replace(text, `"100ms"`, `"300ms"`, 1) }
		}, 2, nil, []string{"create ", "start ", "stop "}},
		{"a route", func(a *app) { a.more = secondRoute(d) }, 2, nil, []string{"create ", "start ", "stop "}},
		{"the route away again", func(a *app) { a.more = "" }, 2, nil, []string{"create ", "start ", "stop "}},
	} {
		step.change(&a)
		d.recipe(a)
		o := d.apply()
		plan, _, _ := strings.Cut(o.stdout, "\nPlan: ")
		for _, piece := range step.steps {
			if !strings.Contains(plan, piece) {
				t.Errorf("%s: the plan does not say %q\n%s", step.name, piece, o)
			}
		}
		_, list, _ := strings.Cut(plan, "\nSteps\n")
		list, _, _ = strings.Cut(list, "\nIf a step fails\n")
		for _, piece := range step.absent {
			if strings.Contains(list, "  "+piece) { // a step's title, not a word of its cause
				t.Errorf("%s: the plan says %q\n%s", step.name, piece, o)
			}
		}
		d.settled()
		is := d.running("web")
		if len(is) != step.count {
			t.Errorf("%s: %d run, not %d", step.name, len(is), step.count)
		}
		stayed(t, step.name, was, is)
		was = is
		w.answered(20)
		if w.lost() > 0 {
			t.Fatalf("%s lost requests\n%s\n%s", step.name, w.clients.Snapshot(), o)
		}
	}
	for _, c := range was {
		if c.Limits.Memory != 96<<20 || c.Limits.PIDs != 100 || c.Restart != "always" {
			t.Errorf("%s has %+v and the restart policy %q", c.Name, c.Limits, c.Restart)
		}
	}
	w.nothingLost()
}

func limits(memory, more string) string {
	return "  limits {\n    memory = \"" + memory + "\"\n    cpus = 1.5\n    pids = 100\n  }\n  " + more + "\n"
}

// secondRoute is one more door to the app.
func secondRoute(d *deploy) string {
	return strings.NewReplacer("NUMBER", strconv.Itoa(freePort(d.T))).Replace(`
port "more" {
  listen = NUMBER
  route {
    host = "more.test"
    path = "/release"
    to   = service.web.http
  }
}
`)
}

// stayed checks that the containers that are there before and after are the same processes.
func stayed(t *testing.T, what string, before, after map[string]engine.Container) {
	t.Helper()
	common := 0
	for name, c := range after {
		was, ok := before[name]
		if !ok {
			continue
		}
		common++
		if was.ID != c.ID || !was.Started.Equal(c.Started) || c.RestartCount != 0 {
			t.Errorf("%s: %s is another process now", what, name)
		}
	}
	if want := min(len(before), len(after)); common != want {
		t.Errorf("%s: %d of %d stayed", what, common, want)
	}
}
