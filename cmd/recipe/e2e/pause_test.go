package e2e

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// waits has a switchover wait for somebody at 10% of the traffic, and stay where it is when something fails after that.
const waits = `  on_failure = "pause"
  stage "canary" {
    weight = 10
    gate "manual" {}
  }
  stage "half" {
    weight = 50
    hold   = "1s"
    gate "exec" {
      command = ["/no/such/program"]
      timeout = "1s"
    }
  }
`

// tells checks that what a run wrote has all pieces.
func (d *deploy) tells(o outcome, pieces ...string) {
	d.Helper()
	for _, piece := range pieces {
		if !strings.Contains(flat(o.stdout+o.stderr), flat(piece)) {
			d.Errorf("it does not say %q\n%s", piece, o)
		}
	}
}

// A switchover pauses and goes on, or back, and after a failure it stays where it is; status tells so. No client loses
// anything meanwhile.
func TestPauses(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := app{count: 2, drain: "5s", retain: 2}
	d.recipe(a.at("r1"))
	d.apply()
	a.stages = waits
	clients := d.watch(d.traffic(60))

	d.recipe(a.at("r2"))
	d.tells(d.apply(), "Paused in", `it waits for "recipe promote" or "recipe revert"`)
	d.tells(d.must(0, "status"), `Switchover web: paused at stage "canary", 10% of the traffic at the new release.`, "waits for somebody to decide")
	d.tells(d.must(0, "plan", "--detailed-exitcode"), "paused since")
	clients.answered(100)

	// The gate of the next stage refuses it, at half of the traffic.
	o := d.must(1, "promote", "--auto-approve")
	d.tells(o, "/no/such/program", "stays as it is now, with the traffic where it is")
	d.tells(d.must(0, "status"), `paused at stage "half", 50% of the traffic`, `gate "exec" of stage "half"`)
	clients.answered(100)
	d.tells(d.must(1, "promote", "--auto-approve", "--again"), "/no/such/program")

	// Whoever knows better has it go on.
	d.tells(d.must(0, "promote", "switchover.web", "--auto-approve"), "Promoted in")
	d.serves("r2")
	d.settled()
	d.tells(d.must(1, "promote", "--auto-approve"), "Nothing to promote")

	// And back.
	before := d.running("web")
	d.recipe(a.at("r3"))
	d.tells(d.apply(), "Paused in")
	d.tells(d.must(0, "promote", "--out", "on.recipe.plan"), "stage \"half\"", "recipe apply on.recipe.plan")
	d.tells(d.must(0, "revert", "--out", "back.recipe.plan"), "recipe apply back.recipe.plan")
	d.tells(d.must(0, "status"), `paused at stage "canary"`)
	d.tells(d.must(0, "apply", "back.recipe.plan"), "Reverted in", "the next apply goes forward again")
	d.tells(d.must(1, "apply", "on.recipe.plan"), "The world moved")
	d.serves("r2")
	if o = d.must(1, "revert", "--auto-approve"); !strings.Contains(o.stderr, "Nothing to revert") {
		t.Errorf("%s", o)
	}
	for name := range d.running("web") {
		if _, was := before[name]; !was {
			t.Errorf("%s is left", name)
		}
	}
	clients.nothingLost()
}

// An apply that is killed at a stage is gone on with at that stage.
func TestResumesAtItsStage(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := app{count: 1, drain: "5s", retain: 2, stages: "  stage \"canary\" {\n    weight = 10\n    hold = \"4s\"\n  }\n  stage \"half\" {\n    weight = 50\n    hold = \"2s\"\n  }\n"}
	d.recipe(a.at("r1"))
	d.apply()
	clients := d.watch(d.traffic(40))
	watching := d.command("status", "--watch")
	var seen bytes.Buffer
	watching.Stdout = &seen
	if err := watching.Start(); err != nil {
		t.Fatal(err)
	}
	d.recipe(a.at("r2"))
	d.kill(moment{on: "step_started", title: `hold stage "half"`}, "apply")
	status := d.must(0, "status") // the lock goes a little after who held it
	for deadline := time.Now().Add(30 * time.Second); strings.Contains(status.stdout, "Locked by") && time.Now().Before(deadline); status = d.must(0, "status") {
		time.Sleep(200 * time.Millisecond)
	}
	_ = watching.Process.Signal(os.Interrupt)
	if err := watching.Wait(); err != nil || strings.Contains(seen.String(), "\x1b") {
		t.Errorf("watching ended with %v\n%s", err, &seen)
	}
	// It looks once a second, which the second stage need not outlive.
	d.tells(outcome{stdout: seen.String()}, `switchover web: running at stage "canary", 10% at the new release`)
	d.tells(status, `unfinished at stage "half", 50% of the traffic`)
	o := d.must(0, "plan")
	d.tells(o, `stage "half": 50%`)
	if strings.Contains(o.stdout, `stage "canary"`) {
		t.Errorf("it begins anew\n%s", o)
	}
	d.apply("--lock-timeout", "30s")
	d.serves("r2")
	d.settled()
	clients.nothingLost()
}
