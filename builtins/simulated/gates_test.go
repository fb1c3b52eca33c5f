package simulated_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
)

// judged is a scene whose gates judge; apps of releases 1 and 2 are altered.
func judged(t *testing.T, old, alter func(*sim.App), f func(*scene)) {
	t.Helper()
	in(t, func(s *scene) {
		s.Close()
		s.World = simulated.New(simulated.Options{App: func(c engine.ContainerSpec) sim.App {
			a := app(c)
			for release, change := range map[string]func(*sim.App){"RELEASE=1": old, "RELEASE=2": alter} {
				if slices.Contains(c.Env, release) && change != nil {
					change(&a)
				}
			}
			return a
		}})
		s.Judged = true
		f(s)
	})
}

func gated(weight int, hold string, gates ...string) string {
	return fmt.Sprintf(`
switchover "web" {
  services = [service.web]
  stage "canary" {
    weight = %d
    hold   = %q
    %s
  }
}
`, weight, hold, strings.Join(gates, "\n"))
}

// until has a command end with 0 so often, and with a code then.
func until(times, code int) func(*sim.Process) int {
	ran := 0
	return func(*sim.Process) int {
		if ran++; ran <= times {
			return 0
		}
		return code
	}
}

const latencyGate = "gate \"latency\" {\n percentile = 95\n max_factor = %v\n}"

const errorsGate = "gate \"errors\" {\n max_rate = 0.01\n min_requests = 200\n %s\n}"

func every(n, status int) func(*sim.App) {
	return func(a *sim.App) {
		a.Answer = func(request int) int {
			if request%n == 0 {
				return status
			}
			return 200
		}
	}
}

func exits(code int, output string) func(*sim.App) {
	return func(a *sim.App) {
		a.Exec = func(p *sim.Process) int { fmt.Fprintln(p.Stdout, output); return code }
	}
}

// Gates let a good release through and send a bad one back, with evidence, and nobody's request is lost.
func TestGates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		alter func(*sim.App) // the new release
		old   func(*sim.App) // the old one
		gate  string
		pace  time.Duration // between requests
		slow  int           // how many times as long as the old release's the new one's answers take
		want  string        // of the error; none for a release that passes
		says  string        // of the progress
		fast  bool          // it must not wait for the stage's hold
	}{
		{name: "http", gate: `gate "http" { path = "/up" }`, says: `2 of 2 instances; shop-web-`},
		{name: "http status", gate: "gate \"http\" {\n status = [201]\n timeout = \"7s\"\n}",
			want: "it answered 200 OK; the last probe got status 200: ok", fast: true},
		{name: "http body", gate: "gate \"http\" {\n body = \"^o.$\"\n port = \"http\"\n}", says: "it answered 200"},
		{name: "tcp", gate: `gate "tcp" {}`, says: "it accepted a connection"},
		{name: "exec", alter: exits(0, "fine"), gate: `gate "exec" { command = ["check"] }`, says: "the command exited with 0"},
		{name: "exec fails", alter: exits(3, "no database"), gate: "gate \"exec\" {\n command = [\"check\"]\n timeout = \"3s\"\n}",
			want: "the command exited with 3; it wrote:\n  | no database"},
		{name: "command", gate: `gate "command" { command = ["smoke"] }`, says: "the command exited with 0"},
		{name: "command fails", gate: "gate \"command\" {\n command = [\"refuse\"]\n timeout = \"3s\"\n}", want: "RECIPE_STAGE=canary RECIPE_WEIGHT=10"},
		{name: "errors", gate: fmt.Sprintf(errorsGate, ""), pace: 10 * time.Millisecond, says: "errors: 0 of "},
		{name: "errors of 5%", alter: every(20, 500), gate: fmt.Sprintf(errorsGate, ""), pace: 10 * time.Millisecond,
			want: "at 10% weight, old release 0 of ", fast: true},
		{name: "errors, and the old one has as many", alter: every(20, 500), old: every(20, 500), gate: fmt.Sprintf(errorsGate, `timeout = "30s"`), pace: 10 * time.Millisecond,
			want: "inconclusive when its time was over after 2m30s: errors: "},
		{name: "latency", gate: fmt.Sprintf(latencyGate, 2.0), pace: 10 * time.Millisecond, says: "latency: p95 20 ms of "},
		{name: "twice as slow", slow: 2, gate: fmt.Sprintf(latencyGate, 1.5), pace: 10 * time.Millisecond, want: "latency: p95 40 ms of ", fast: true},
		{name: "twice as slow on average, by a bound", slow: 2, gate: "gate \"latency\" {\n average = true\n max = \"25ms\"\n}", pace: 10 * time.Millisecond,
			want: "latency: average 40 ms of ", fast: true},
		{name: "twice as slow, as it may be", slow: 2, gate: fmt.Sprintf(latencyGate, 2.5), pace: 10 * time.Millisecond, says: "latency: p95 40 ms of "},
		{name: "too little traffic for latency", gate: "gate \"latency\" {\n percentile = 99\n max = \"1s\"\n timeout = \"30s\"\n}", pace: 10 * time.Second,
			want: "inconclusive when its time was over after 2m30s: latency: "},
		{name: "exec fails later", alter: func(a *sim.App) { a.Exec = until(5, 7) },
			gate: "gate \"exec\" {\n command = [\"check\"]\n interval = \"5s\"\n}", want: "no good answer for 15s while the stage held: ", fast: true},
		{name: "exec hangs", alter: func(a *sim.App) { a.Exec = func(p *sim.Process) int { <-p.Killed; return 1 } },
			gate: "gate \"exec\" {\n command = [\"check\"]\n timeout = \"3s\"\n}", want: "took longer than its limit"},
		{name: "too little traffic", gate: fmt.Sprintf(errorsGate, `timeout = "30s"`), pace: 10 * time.Second,
			want: "inconclusive when its time was over after 2m30s: errors: "},
		{name: "too little traffic fails", gate: fmt.Sprintf(errorsGate, `on_inconclusive = "fail"`), pace: 10 * time.Second,
			want: `which on_inconclusive = "fail" makes a failure`},
		{name: "too little traffic passes", gate: fmt.Sprintf(errorsGate, `on_inconclusive = "pass"`), pace: 10 * time.Second,
			says: "inconclusive, which the recipe lets pass"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			alter := func(a *sim.App) {
				if a.Slow = test.slow; test.alter != nil {
					test.alter(a)
				}
			}
			judged(t, test.old, alter, func(s *scene) {
				s.Command = func(argv, env []string) (string, int) {
					if argv[0] == "refuse" {
						return strings.Join(env, " "), 1
					}
					return "", 0
				}
				more := gated(10, "2m", test.gate)
				s.apply(desire(s, web("1", "count = 2")), kind.Apply)
				if test.pace > 0 {
					s.send(simulated.ClientOptions{Every: test.pace, Lasts: func(int) time.Duration { return 20 * time.Millisecond }})
					time.Sleep(time.Second)
				}
				var said []string
				began := time.Now()
				_, err := s.try(s.plan(desire(s, web("2", "count = 2")+more), kind.Apply), simulated.ApplyOptions{Options: apply.Options{Sink: func(e event.Event) {
					if e.Type == event.StepProgress {
						said = append(said, e.Text)
					}
				}}})
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
				if test.says != "" && !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, test.says) }) {
					t.Errorf("it said %q, and not %q", said, test.says)
				}
				if took := time.Since(began); err != nil && took > 4*time.Minute || test.fast && took > time.Minute {
					t.Errorf("it took %s", took)
				}
				if err != nil {
					s.settled(desire(s, web("1", "count = 2")+more), kind.Apply)
				}
			})
		})
	}
}

// A reload of the edge that takes more with it than the gate needs at least has it wait for as many again.
func TestGateAfterReload(t *testing.T) {
	judged(t, nil, nil, func(s *scene) {
		more := gated(50, "20s", "gate \"errors\" {\n max_rate = 0.01\n min_requests = 5\n}")
		s.apply(desire(s, web("1", "")+more), kind.Apply)
		s.send(simulated.ClientOptions{Every: 20 * time.Millisecond, Lasts: func(int) time.Duration { return 5 * time.Millisecond }})
		time.Sleep(time.Second)
		var said []string
		_, err := s.try(s.plan(desire(s, web("2", "")+more), kind.Apply), simulated.ApplyOptions{Options: apply.Options{Sink: func(e event.Event) {
			if e.Type == event.StepStarted && strings.Contains(string(e.Step), "/gate/") {
				time.AfterFunc(19900*time.Millisecond, s.Edge.Reload) // when the stage has nearly held
			}
			if e.Type == event.StepProgress {
				said = append(said, e.Text)
			}
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, "a reload of the proxy took about") }) {
			t.Errorf("it said %q", said)
		}
	})
}

// A first release passes the gates that ask before it opens, and those that measure have nothing to say of it yet.
func TestFirstReleaseAndGates(t *testing.T) {
	for _, test := range []struct{ name, gate, want string }{
		{"good", `gate "http" { path = "/up" }`, ""},
		{"bad", "gate \"http\" {\n status = [201]\n timeout = \"7s\"\n}", "before the first release opens: "},
		{"measured", fmt.Sprintf(errorsGate, ""), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			judged(t, nil, nil, func(s *scene) {
				_, err := s.try(s.plan(desire(s, web("1", "")+gated(10, "2m", test.gate)), kind.Apply), simulated.ApplyOptions{})
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
			})
		})
	}
}
