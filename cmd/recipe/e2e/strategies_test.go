package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// strategy is a way of going from one release to another, a row of the matrix.
type strategy struct {
	name string
	// command goes there: "apply", or "rollback" after an apply.
	command string
	app     func() app
	// stages are the stages' text, with GATE where the first one's gate goes; a rollback has none.
	stages string
	// begun is a moment amid of it from which there is a way back, midway another one, from which there need not be one.
	begun, midway moment
	// headers are clients beside the ones without a header.
	headers []string
	// held tells that requests wait, so that it cannot be paused.
	held bool
	// before is done once, when the first release serves.
	before func(*deploy)
}

const (
	allAtOnce = `  stage "all" {
    weight = 100
    hold   = "1s"
GATE  }
`
	inStages = `  stage "canary" {
    weight = 10
    hold   = "1s"
GATE  }
  stage "half" {
    weight = 50
    hold   = "300ms"
  }
`
	byHeader = `  stage "inside" {
    weight = 0
    hold   = "1s"
    match { header = { "X-Canary" = "1" } }
GATE  }
`
)

func strategies() []strategy {
	holding := moment{event.StepStarted, "hold stage", 300 * time.Millisecond}
	fit := moment{event.StepStarted, "wait for", 50 * time.Millisecond}
	draining := moment{event.StepStarted, "drain", 300 * time.Millisecond}
	plain := func() app { return app{count: 2, drain: "3s", retain: 1} }
	return []strategy{
		{name: "all at once", command: "apply", app: plain, stages: allAtOnce, begun: holding, midway: holding},
		{name: "canary in stages", command: "apply", app: plain, stages: inStages, begun: holding, midway: holding},
		{name: "header first", command: "apply", app: plain, stages: byHeader, begun: holding, midway: holding, headers: []string{"X-Canary: 1"}},
		{name: "group", command: "apply", app: grouped, stages: inStages, begun: holding, midway: holding},
		{name: "single writer", command: "apply", app: singleWriter, stages: allAtOnce, begun: holding, midway: moment{event.StepDone, "stop", 0}, held: true},
		{name: "rollback", command: "rollback", app: plain, begun: fit, midway: draining},
		{name: "rollback to a standby", command: "rollback", app: standingBy, begun: fit, midway: draining},
		{name: "maintenance, for those excepted", command: "apply", app: maintained, stages: inStages, begun: holding, midway: holding,
			before: func(d *deploy) { d.must(0, "maintenance", "on", "--auto-approve") }},
	}
}

// grouped is an app whose raw port leads to a service of its own, which moves with the other.
func grouped() app {
	a := app{count: 1, drain: "3s", retain: 1}
	a.edit = func(text string) string {
		text = strings.Replace(text, "service.web.raw", "service.raw.raw", 1)
		text = strings.Replace(text, "services = [service.web]", "services = [service.web, service.raw]", 1)
		_, release, _ := strings.Cut(text, "RELEASE  = ")
		release, _, _ = strings.Cut(release, "\n")
		return text + fmt.Sprintf(`
service "raw" {
  image = image.web
  env   = { RELEASE = %s, TCP_PORT = "9000" }
  expose "raw" { port = 9000 }
  health {
    tcp      = { port = "raw" }
    interval = "100ms"
  }
}
`, release)
	}
	return a
}

// singleWriter is an app of which no two releases may run: each holds a lock on a file while it runs.
func singleWriter() app {
	a := app{count: 1, drain: "3s", retain: 1}.with("LOCK", "/data/lock")
	a.service = "  mount \"/data\" {\n    volume    = volume.data\n    exclusive = true\n  }\n"
	a.more = "volume \"data\" {}\n"
	return a
}

// standingBy is an app whose old release stays behind the new one.
func standingBy() app {
	return app{count: 2, drain: "3s", retain: 1, switchover: "  standby { keep = \"1h\" }\n"}
}

// maintained is an app with a maintenance page for all but the clients here.
func maintained() app {
	a := app{count: 2, drain: "3s", retain: 1}
	a.more = "maintenance \"shop\" {\n  page   = \"back soon\"\n  except = [\"127.0.0.0/8\", \"::1/128\"]\n}\n"
	return a
}
