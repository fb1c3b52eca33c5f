package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/ask/asktest"
)

// Databases and ZooKeeper on an internal network, which the machine that deploys has no name for, decide whether a
// release goes on: one that they are content with takes over, one that they are not goes back, and says why, without
// the password. No request is lost.
func TestDataGates(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	primary := asktest.NewPostgres(t)
	primary.Do("CREATE TABLE jobs (id int)")
	replica, keeper := primary.Replica(t), asktest.NewZooKeeper(t, 1)
	keeper.Set("/ready", "yes")
	if err := linkOrCopy(filepath.Join(binaries(t), "forward"), filepath.Join(d.dir, "forward")); err != nil {
		t.Fatal(err)
	}
	more := fmt.Sprintf(`
network "inside" { internal = true }
network "outside" {}
secret "primary" { env = "PRIMARY" }
secret "replica" { env = "REPLICA" }
image "db" {
  from { image = "scratch" }
  copy {
    from = ["forward"]
    to   = "/"
  }
  entrypoint { exec = ["/forward"] }
}
service "db" {
  image    = image.db
  command  = ["5432=%d", "5433=%d", "2181=%s"]
  networks = [network.inside, network.outside]
}
`, primary.Port, replica.Port, keeper.Servers[0][strings.LastIndex(keeper.Servers[0], ":")+1:])
	gates := `  stage "canary" {
    weight = 10
    gate "sql" {
      url     = "${secret.primary}"
      query   = "SELECT count(*) FROM jobs"
      expect  = "EXPECT"
      timeout = "8s"
    }
    gate "replication" {
      primary = secret.primary
      replica = secret.replica
      max_lag = "16MiB"
    }
    gate "zookeeper" {
      servers = [service.db.name]
      node    = "/ready"
      expect  = "yes"
    }
  }
`
	a := app{count: 2, drain: "5s", retain: 2, more: more, service: "  networks = [network.inside]\n"}
	a.edit = func(text string) string {
		d.write(".dockerignore", "*\n!server\n!page.html\n!forward\n")
		return text
	}
	at := func(server *asktest.Postgres, port string) string {
		return strings.Replace(server.URL("db"), fmt.Sprintf(":%d/", server.Port), ":"+port+"/", 1)
	}
	d.env = []string{"PRIMARY=" + at(primary, "5432"), "REPLICA=" + at(replica, "5433")}
	a.stages = strings.Replace(gates, "EXPECT", "0", 1)
	d.recipe(a.at("r1"))
	d.apply()
	clients := d.ask()
	defer clients.end()
	told := func(o outcome, evidence ...string) {
		t.Helper()
		for _, text := range evidence {
			if !strings.Contains(o.stdout+o.stderr, text) {
				t.Errorf("%q is not told\n%s", text, o)
			}
		}
		if strings.Contains(o.stdout+o.stderr, "s3cret") {
			t.Errorf("the password is told\n%s", o)
		}
	}

	d.recipe(a.at("r2"))
	told(d.apply(), "db:5432 answers 0", "db:5433 has replayed ", "/ready is \"yes\", as expected")
	d.serves("r2")

	a.stages = strings.Replace(gates, "EXPECT", "> 5", 1)
	d.recipe(a.at("r3"))
	told(d.must(1, "apply", "--auto-approve"), "db:5432 answers 0, which is to be > 5")
	d.serves("r2")

	d.env[0] = strings.Replace(d.env[0], "s3cret", "wr0ng", 1)
	d.recipe(a.at("r4"))
	o := d.must(1, "apply", "--auto-approve")
	if told(o, `password authentication failed for user "postgres"`); strings.Contains(o.stdout+o.stderr, "wr0ng") {
		t.Errorf("the wrong password is told\n%s", o)
	}
	d.serves("r2")
	if clients.lost.Load() > 0 || clients.errors.Load() > 0 || clients.all.Load() == 0 {
		t.Errorf("of %d requests %d were lost and %d answered with errors", clients.all.Load(), clients.lost.Load(), clients.errors.Load())
	}
}
