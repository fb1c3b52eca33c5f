package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// asked are requests that a few clients send to the recipe's port, each after the answer to the one before.
type asked struct {
	all, errors, lost atomic.Int64
	stop              chan struct{}
	running           sync.WaitGroup
}

func (d *deploy) ask() *asked {
	a := &asked{stop: make(chan struct{})}
	for range 8 {
		a.running.Go(func() {
			for {
				select {
				case <-a.stop:
					return
				case <-time.After(10 * time.Millisecond):
				}
				response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", d.port))
				a.all.Add(1)
				if err != nil {
					a.lost.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				switch {
				case response.StatusCode == http.StatusInternalServerError:
					a.errors.Add(1)
				case response.StatusCode != http.StatusOK:
					a.lost.Add(1)
				}
			}
		})
	}
	return a
}

func (a *asked) end() { close(a.stop); a.running.Wait() }

// A release that passes its gates takes over; one of which 5% of the answers are errors is caught at 10% of the
// traffic and taken back, with the numbers, and so is one that another gate refuses. No request is lost.
func TestGates(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	stages := func(gates string) string {
		return "  stage \"canary\" {\n    weight = 10\n    hold = \"3s\"\n    gate \"errors\" {\n      max_rate = 0.01\n      min_requests = 20\n      timeout = \"2m\"\n    }\n" +
			gates + "  }\n"
	}
	good := app{count: 2, drain: "5s", retain: 2, stages: stages(`    gate "http" {
      path   = "/up"
      status = [200]
    }
    gate "tcp" { port = "raw" }
    gate "command" { command = ["sh", "-c", "test $RECIPE_WEIGHT = 10 && test -f page.html && echo $RECIPE_ADDRESSES"] }
`)}
	d.recipe(good.at("r1"))
	d.apply()
	clients := d.ask()
	defer clients.end()

	d.recipe(good.at("r2"))
	o := d.apply()
	if !strings.Contains(o.stdout+o.stderr, "errors: 0 of ") {
		t.Errorf("the verdict is not told\n%s", o)
	}
	d.serves("r2")

	bad := good
	bad.stages = strings.Replace(stages(""), `"3s"`, `"2m"`, 1)
	d.recipe(bad.with("ERROR_RATE", "0.05").at("r3"))
	if o = d.must(1, "apply", "--auto-approve"); !strings.Contains(o.stdout+o.stderr, "at 10% weight, old release 0 of ") {
		t.Errorf("the evidence is not told\n%s", o)
	}
	d.serves("r2")
	errors := clients.errors.Load()

	bad.stages = stages("    gate \"exec\" {\n      command = [\"/no/such/program\"]\n      timeout = \"2s\"\n    }\n")
	bad.switchover = "  keep_failed = true\n"
	d.recipe(bad.at("r4"))
	if o = d.must(1, "apply", "--auto-approve"); !strings.Contains(o.stderr, "/no/such/program") {
		t.Errorf("what the command said is not told\n%s", o)
	}
	d.serves("r2")

	// What failed is there for a look, and goes with the next apply.
	d.tells(d.must(0, "status"), "-failed was taken back and is kept for a look")
	bad.stages = ""
	d.recipe(bad.at("r2"))
	d.tells(d.must(0, "plan", "--detailed-exitcode"), "Housekeeping:", "it was kept for a look")
	d.apply()
	if o = d.must(0, "status"); strings.Contains(o.stdout, "-failed") {
		t.Errorf("it is still there\n%s", o)
	}
	d.serves("r2")
	if clients.lost.Load() > 0 || clients.errors.Load() > errors || errors == 0 {
		t.Errorf("of %d requests %d were lost and %d answered with errors", clients.all.Load(), clients.lost.Load(), clients.errors.Load())
	}
}
