package simulated_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
)

// scenario is a change of a recipe that stands.
type scenario struct {
	name     string
	earlier  string // recipe that stood before from, where that matters
	from, to string // recipes; nothing stands where from is empty
	third    string // what may be wanted in place of to after a crash
	mode     kind.Mode
	paths    []string // that clients ask for
	stops    bool     // what clients ask for goes away, as wanted
}

// web is a service behind a port.
func web(release, more string) string {
	return service("web", release, more) + port("route { to = service.web.http }")
}

// published is a service behind a port that has a port of the machine, too.
func published(release string) string {
	text := strings.Replace(service("web", release, ""), "{ port = 8080 }", "{\n    port    = 8080\n    publish = \"127.0.0.1:5432\"\n  }", 1)
	return text + port("route { to = service.web.http }")
}

func service(name, release, more string) string {
	return fmt.Sprintf(`
service %q {
  image = "app:1"
  env   = { RELEASE = %q }
  expose "http" { port = 8080 }
  health {
    http     = { port = "http", path = "/up" }
    interval = "200ms"
  }
  %s
}
`, name, release, more)
}

func port(routes string) string { return "port \"web\" {\n  listen = 80\n  " + routes + "\n}\n" }

const (
	canary = `
switchover "web" {
  services    = [service.web]
  keep_failed = true
  stage "canary" {
    weight = 10
    hold   = "4s"
  }
  stage "half" {
    weight = 50
    hold   = "4s"
  }
  stage "full" { weight = 100 }
}
`
	gates = `
switchover "web" {
  services = [service.web]
  stage "full" {
    weight = 100
    hold   = "2s"
    gate "tcp" {}
    gate "errors" { max_rate = 0.01 }
  }
}
`
	matched = `
switchover "web" {
  services = [service.web]
  sticky   = true
  stage "inside" {
    weight = 0
    hold   = "3s"
    match { header = { "X-Canary" = "1" } }
  }
  stage "canary" {
    weight = 10
    hold   = "3s"
    match { cookie = { beta = "yes" } }
  }
}
`
	together = `
switchover "all" {
  services    = [service.web, service.api]
  keep_failed = true
  stage "half" {
    weight = 50
    hold   = "3s"
  }
}
`
	bothRoutes = "route { to = service.web.http }\n  route {\n    path = \"/api\"\n    to = service.api.http\n  }"
	exclusive  = "mount \"/data\" {\n    source    = \"/srv/data\"\n    exclusive = true\n  }"
	calls      = "port \"calls\" {\n  listen = 9000\n  internal = true\n  route { to = service.web.http }\n}\n"
	between    = `
job "expand" {
  image = "app:1"
  env   = { RELEASE = %q }
}
job "contract" {
  image = "app:1"
  env   = { RELEASE = %q }
}
switchover "web" {
  services = [service.web]
  stage "canary" {
    weight = 10
    hold   = "2s"
  }
  stage "full" {
    weight = 100
    before = [job.expand]
  }
  after = [job.contract]
}
`
	standby = `
switchover "web" {
  services = [service.web]
  stage "half" {
    weight = 50
    hold   = "3s"
  }
  standby { keep = "15m" }
}
`
	standTogether = `
switchover "all" {
  services = [service.web, service.api]
  standby { keep = "15m" }
}
`
	migrate = `
job "migrate" {
  image = "app:1"
  env   = { RELEASE = %q }
}
switchover "web" {
  services = [service.web]
  before   = [job.migrate]
}
`
)

func both(web, api string) string {
	return service("web", web, "count = 2") + service("api", api, "") + port(bothRoutes) + together
}

func standBoth(web, api string) string {
	return service("web", web, "") + service("api", api, "") + port(bothRoutes) + standTogether
}

func worker(release, more string) string {
	return fmt.Sprintf("service \"work\" {\n  image = \"app:1\"\n  env   = { RELEASE = %q }\n  %s\n}\n", release, more)
}

func scenarios() []scenario {
	plain := port("route { to = service.web.http }")
	return []scenario{
		{name: "first", to: web("1", ""), third: web("3", "")},
		{name: "switch", from: web("1", ""), to: web("2", ""), third: web("3", "")},
		{name: "replicas", from: web("1", "count = 2"), to: web("2", "count = 3"), third: web("3", "")},
		{name: "canary", from: web("1", "count = 2") + canary, to: web("2", "count = 2") + canary, third: web("3", "count = 2") + canary},
		{name: "gates", from: web("1", "") + gates, to: web("2", "") + gates, third: web("3", "")},
		{name: "match", from: web("1", "count = 2") + matched, to: web("2", "count = 2") + matched, third: web("3", "")},
		{name: "match is new", from: web("1", ""), to: web("2", "") + matched, third: web("1", "") + canary},
		{name: "match is gone", from: web("1", "") + matched, to: web("2", ""), third: web("3", "") + matched},
		{name: "internal", from: web("1", "") + calls, to: web("2", "") + calls + "network \"more\" {}\n", third: web("3", "")},
		{name: "internal is new", from: web("1", ""), to: web("2", "") + calls, third: web("3", "") + calls},
		{name: "together", from: both("1", "1"), to: both("2", "2"), third: both("3", "2"), paths: []string{"/", "/api"}},
		{name: "one of two", from: both("1", "1"), to: both("2", "1"), third: both("1", "2"), paths: []string{"/", "/api"}},
		{name: "job", from: web("1", "") + fmt.Sprintf(migrate, "1"), to: web("2", "") + fmt.Sprintf(migrate, "2"), third: web("3", "") + fmt.Sprintf(migrate, "3")},
		{name: "jobs between", from: web("1", "") + fmt.Sprintf(between, "1", "1"), to: web("2", "") + fmt.Sprintf(between, "2", "2"), third: web("3", "") + fmt.Sprintf(between, "3", "3")},
		{name: "scale up", from: web("1", ""), to: web("1", "count = 3"), third: web("2", "count = 2")},
		{name: "scale down", from: web("1", "count = 3"), to: web("1", ""), third: web("2", "count = 2")},
		{name: "worker", from: worker("1", ""), to: worker("2", ""), third: worker("3", "count = 2")},
		{name: "workers", from: worker("1", "count = 3"), to: worker("2", "count = 2"), third: worker("3", "")},
		{name: "exclusive", from: web("1", exclusive), to: web("2", exclusive), third: web("3", exclusive)},
		{name: "exclusive canary", from: web("1", exclusive) + canary, to: web("2", exclusive) + canary},
		{name: "exclusive of two", from: service("web", "1", exclusive) + service("api", "1", "") + port(bothRoutes) + together,
			to: service("web", "2", exclusive) + service("api", "2", "count = 2") + port(bothRoutes) + together, paths: []string{"/", "/api"}},
		{name: "published", from: published("1"), to: published("2"), third: published("3")},
		{name: "exclusive worker", from: worker("1", exclusive), to: worker("2", exclusive), third: worker("3", exclusive)},
		{name: "more services", from: web("1", ""), to: both("2", "1"), third: both("1", "2")},
		{name: "service removed", from: both("1", "1"), to: web("1", "count = 2"), third: web("2", "")},
		{name: "service removed and changed", from: both("1", "1"), to: web("2", ""), third: both("2", "1")},
		{name: "other route", from: service("web", "1", "") + service("api", "1", "") + plain,
			to: service("web", "1", "") + service("api", "1", "") + port("route { to = service.api.http }"), third: web("2", "")},
		{name: "settings of routes", from: web("1", ""), to: service("web", "1", "") + port("trusted = [\"10.0.0.0/8\"]\n  route {\n    to = service.web.http\n    max_body = 1000\n    timeout { server = \"1m\" }\n  }"), third: web("2", "")},
		{name: "no port", from: web("1", ""), to: service("web", "1", ""), third: service("web", "2", ""), stops: true},
		{name: "port for a worker", from: service("web", "1", ""), to: web("1", ""), third: web("2", "")},
		{name: "nothing wanted", from: web("1", ""), to: web("1", "count = 0"), third: web("2", ""), stops: true},
		{name: "closed and opened", from: both("1", "1"), to: web("1", "count = 0"), third: both("1", "2"), stops: true},
		{name: "rollback", from: web("1", "count = 2"), to: web("2", "count = 2"), mode: kind.Rollback},
		{name: "asked", from: web("1", "") + asked, to: web("2", "") + asked, third: web("3", "") + asked},
		{name: "promote", from: web("1", "") + asked, to: web("2", "") + asked, third: web("3", "") + asked, mode: kind.Promote},
		{name: "revert", from: web("1", "") + asked, to: web("2", "") + asked, third: web("3", "") + asked, mode: kind.Revert},
		{name: "standby", from: web("1", "count = 2") + standby, to: web("2", "count = 2") + standby, third: web("3", "") + standby},
		{name: "another standby", earlier: web("1", "") + standby, from: web("2", "") + standby, to: web("3", "") + standby, third: web("1", "") + standby},
		{name: "back to the standby", earlier: web("1", "") + standby, from: web("2", "") + standby, to: web("1", "") + standby, third: web("3", "")},
		{name: "rollback to the standby", from: web("1", "") + standby, to: web("2", "") + standby, mode: kind.Rollback},
		{name: "no standby any more", earlier: web("1", "") + standby, from: web("2", "") + standby, to: web("2", ""), third: web("3", "") + standby},
		{name: "replicas beside a standby", earlier: web("1", "") + standby, from: web("2", "count = 2") + standby, to: web("2", "") + standby, third: web("2", "count = 3") + standby},
		{name: "standby together", earlier: standBoth("1", "1"), from: standBoth("2", "1"), to: standBoth("3", "1"), third: standBoth("1", "1"), paths: []string{"/", "/api"}},
		{name: "rollback together", from: standBoth("1", "1"), to: standBoth("2", "1"), mode: kind.Rollback, paths: []string{"/", "/api"}},
		{name: "standby of what goes", earlier: standBoth("1", "1"), from: standBoth("2", "2"), to: web("2", "") + standby, third: standBoth("2", "1")},
		{name: "destroy", from: both("1", "1"), to: both("1", "1"), mode: kind.Destroy, stops: true},
	}
}

// begin brings a scene to where a scenario starts, with traffic.
func (s *scene) begin(c scenario) {
	s.Helper()
	for _, recipe := range []string{c.earlier, c.from} {
		if recipe != "" {
			s.apply(desire(s, recipe), kind.Apply)
		}
	}
	if c.mode == kind.Rollback || c.mode.Decides() {
		s.apply(desire(s, c.to), kind.Apply)
	}
	s.bound = 0
	s.traffic(c)
	time.Sleep(time.Second)
}

// traffic has clients send to what a scenario serves throughout.
func (s *scene) traffic(c scenario) {
	if c.stops || !strings.Contains(c.to, "port \"web\"") {
		return
	}
	paths := c.paths
	if paths == nil {
		paths = []string{"/"}
	}
	for i, path := range paths {
		s.send(simulated.ClientOptions{Path: path, Seed: uint64(i)})
		if strings.Contains(c.from+c.to, "match {") {
			s.send(simulated.ClientOptions{Path: path, Headers: map[string]string{"x-canary": "1"}, Seed: uint64(i)})
		}
	}
}

func (c scenario) wants() kind.Mode {
	if c.mode == "" {
		return kind.Apply
	}
	return c.mode
}

func TestScenarios(t *testing.T) {
	for _, c := range scenarios() {
		for _, parallel := range []int{1, 10} {
			t.Run(fmt.Sprintf("%s/%d", c.name, parallel), func(t *testing.T) {
				in(t, func(s *scene) {
					s.parallel = parallel
					s.begin(c)
					to := desire(s, c.to)
					s.apply(to, c.wants())
					s.settled(to, c.wants())
				})
			})
		}
	}
}
