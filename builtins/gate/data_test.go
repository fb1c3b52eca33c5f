package gate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/ask/asktest"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// here is a guest of the test's own process; sql, where it is set, plays a database.
type here struct {
	sql func(context.Context, ask.Query) ask.Rows
}

func (h here) SQL(ctx context.Context, q ask.Query) (ask.Rows, error) {
	if h.sql != nil {
		return h.sql(ctx, q), nil
	}
	return ask.SQL(ctx, q), nil
}

func (here) ZooKeeper(ctx context.Context, e ask.Ensemble) (ask.Members, error) {
	return ask.ZooKeeper(ctx, e), nil
}

func (here) Close(context.Context) error { return nil }

// silent is an engine whose containers wrote nothing.
type silent struct{ engine.Engine }

func (silent) Logs(context.Context, string, int) ([]byte, error) { return nil, nil }

type args map[string]any

// secret is a sensitive argument; its path is its value here.
func secret(value string) any { return map[string]string{"secret": value} }

// judge carries out a gate.
func (h here) judge(t *testing.T, name string, a args) (evidence string, err error) {
	t.Helper()
	data, err := json.Marshal(a.with(args{"label": name}))
	if err != nil {
		t.Fatal(err)
	}
	var spec gate.Spec
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	beside := func(context.Context, string) (gate.Guest, error) { return h, nil }
	doer := gate.Doers(gate.Tools{Engine: silent{}, Beside: beside})[gate.OpJudge]
	step := plan.Step{Config: plan.Raw(gate.Config{Gate: spec, Instances: []gate.Instance{{Container: "web-1"}}})}
	out, err := doer.Do(t.Context(), step, kind.Inputs{Secret: func(path string) (string, error) { return path, nil }})
	if err != nil && strings.Contains(err.Error(), asktest.Password) {
		t.Errorf("the password is told: %v", err)
	}
	return out["evidence"], err
}

// passes and fails hold a gate to what it says.
func (h here) passes(t *testing.T, name string, a args, evidence string) {
	t.Helper()
	if got, err := h.judge(t, name, a); err != nil || !strings.Contains(got, evidence) {
		t.Errorf("%v: %q, %v; want %q", a, got, err, evidence)
	}
}

func (h here) fails(t *testing.T, name string, a args, why string) {
	t.Helper()
	if got, err := h.judge(t, name, a); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("%v: passed with %q, %v; want %q", a, got, err, why)
	}
}

func rows(values ...string) ask.Rows {
	out := ask.Rows{At: "db:5432", Columns: 1}
	for _, v := range values {
		out.Rows = append(out.Rows, []ask.Value{{Text: v, Null: v == "NULL"}})
	}
	return out
}

// A database is asked until it answers what is expected, and a time that is over is told with the last answer.
func TestSQLGate(t *testing.T) {
	t.Parallel()
	down := ask.Rows{Failure: ask.Failure{Why: "db:5432: connection refused"}}
	shut := ask.Rows{Failure: ask.Failure{Why: "db:5432: password authentication failed", Final: true}}
	two := ask.Rows{At: "db:5432", Columns: 2, Rows: [][]ask.Value{{{Text: "1"}, {Text: "2"}}}}
	for _, test := range []struct {
		name, expect string
		answers      []ask.Rows // one after another, the last one for ever
		passes, why  string
		asked        int
	}{
		{"at once", "0", []ask.Rows{rows("0")}, "db:5432 answers 0", "", 1},
		{"later", "< 5", []ask.Rows{down, rows(), rows("9"), rows("4")}, "db:5432 answers 4, as expected: < 5", "", 4},
		{"never", "< 5", []ask.Rows{down, rows("9")}, "", "db:5432 answers 9, which is to be < 5", 10},
		{"text", "done", []ask.Rows{rows("going on")}, "", `db:5432 answers "going on", which is to be "done"`, 10},
		{"null", "0", []ask.Rows{rows("NULL")}, "", "db:5432 answers NULL, which is to be 0", 10},
		{"no row", "0", []ask.Rows{rows()}, "", "the query gives no row", 10},
		{"two rows", "0", []ask.Rows{rows("0", "1")}, "", "the query gives several rows", 10},
		{"two columns", "0", []ask.Rows{two}, "", "it could not be judged: db:5432: the query gives 2 columns, and one is to be compared", 1},
		{"down", "0", []ask.Rows{down}, "", "db:5432: connection refused", 10},
		{"shut", "0", []ask.Rows{shut}, "", "it could not be judged: db:5432: password authentication failed", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				h := here{sql: func(_ context.Context, q ask.Query) ask.Rows {
					asked++
					return test.answers[min(asked, len(test.answers))-1]
				}}
				a := args{"url": secret("postgres://u@db/x"), "query": "SELECT 1", "expect": test.expect, "timeout": "9500ms"}
				if test.why == "" {
					h.passes(t, "sql", a, test.passes)
				} else {
					h.fails(t, "sql", a, test.why)
				}
				if asked != test.asked {
					t.Errorf("asked %d times, want %d", asked, test.asked)
				}
			})
		})
	}
}

// A query that hangs is cut off with the gate, and told as what it is.
func TestSQLGateHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := here{sql: func(ctx context.Context, _ ask.Query) ask.Rows {
			if asked++; asked == 1 {
				return rows("9")
			}
			<-ctx.Done()
			return ask.Rows{Failure: ask.Failure{Why: "db:5432: no answer in time"}}
		}}
		h.fails(t, "sql", args{"url": "postgres://u@db/x", "query": "SELECT 1", "expect": "0"}, "db:5432: no answer in time")
	})
}

// soon is the time of gates that are to fail: long enough for an answer on a busy machine.
const soon = "8s"

// with gives arguments with others in their place.
func (a args) with(more args) args {
	out := args{}
	maps.Copy(out, a)
	maps.Copy(out, more)
	return out
}

// together runs what waits, each for itself.
func together(tests ...func()) {
	var running sync.WaitGroup
	for _, test := range tests {
		running.Go(test)
	}
	running.Wait()
}

func TestSQLGateOnServers(t *testing.T) {
	t.Parallel()
	p, h := asktest.NewPostgres(t), here{}
	p.Do("CREATE TABLE jobs (id int)")
	a := args{"url": secret(p.URL("127.0.0.1")), "query": "SELECT count(*) FROM jobs", "expect": "0", "timeout": soon}
	h.passes(t, "sql", a, fmt.Sprintf("127.0.0.1:%d answers 0", p.Port))
	h.fails(t, "sql", a.with(args{"expect": "> 0"}), "answers 0, which is to be > 0")
	h.fails(t, "sql", a.with(args{"url": secret(strings.Replace(p.URL("127.0.0.1"), "s3cret", "wrong", 1))}), `password authentication failed for user "postgres"`)
}

func TestReplicationGate(t *testing.T) {
	t.Parallel()
	p, h := asktest.NewPostgres(t), here{}
	p.Do("CREATE TABLE t (text text)")
	r := p.Replica(t)
	fails := args{"primary": secret(p.URL("127.0.0.1")), "replica": secret(r.URL("127.0.0.1")), "timeout": soon}
	good := fails.with(args{"timeout": "1m"})
	write := func() { p.Do("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 3000)") }

	write()
	h.passes(t, "replication", good, "so all that was written when the gate began")
	h.passes(t, "replication", good.with(args{"max_lag": 1 << 20}), "where 1MiB is allowed")
	h.passes(t, "replication", good.with(args{"max_lag": "30s"}), "reached within ")

	r.Pause() // a replica that never catches up
	write()
	together(
		func() { h.fails(t, "replication", fails, "behind; the primary was at ") },
		func() {
			h.fails(t, "replication", fails.with(args{"max_lag": 1 << 20}), "MiB behind, where 1MiB is allowed")
		},
		func() { h.fails(t, "replication", fails.with(args{"max_lag": "500ms"}), "where 500ms is allowed") },
		func() {
			h.passes(t, "replication", good.with(args{"max_lag": 1 << 30}), "MiB behind, where 1GiB is allowed")
		},
	)
	r.Resume()
	h.passes(t, "replication", good, "so all that was written")

	other := asktest.NewPostgres(t)
	replica := func(url string) args { return fails.with(args{"replica": secret(url)}) }
	primary := func(url string) args { return fails.with(args{"primary": secret(url)}) }
	together(
		func() { h.fails(t, "replication", replica(p.URL("127.0.0.1")), "is not in recovery: it is no replica") },
		func() {
			h.fails(t, "replication", primary(r.URL("127.0.0.1")), "is in recovery, as a replica is, and is to be the primary")
		},
		func() {
			h.fails(t, "replication", replica(strings.Replace(r.URL("127.0.0.1"), "s3cret", "wrong", 1)), "password authentication failed")
		},
		func() {
			h.fails(t, "replication", primary(other.URL("127.0.0.1")), "they are of different database clusters")
		},
	)
	p.Stop()
	h.fails(t, "replication", fails, "connection refused")
}

func TestZooKeeperGate(t *testing.T) {
	t.Parallel()
	z, h := asktest.NewZooKeeper(t, 3), here{}
	z.Set("/app", "7")
	fails := args{"servers": z.Servers, "timeout": soon}
	good := fails.with(args{"timeout": "1m"})
	h.passes(t, "zookeeper", good, "3 of 3 servers serve, 127.0.0.1:")
	h.passes(t, "zookeeper", good.with(args{"node": "/app"}), " leads; /app is 7")
	h.passes(t, "zookeeper", good.with(args{"node": "/app", "expect": ">= 7"}), "/app is 7, as expected")
	together(
		func() {
			h.fails(t, "zookeeper", fails.with(args{"node": "/app", "expect": "8"}), "/app is 7, which is to be 8")
		},
		func() { h.fails(t, "zookeeper", fails.with(args{"node": "/none"}), "there is no node /none") },
	)
	z.Stop(0)
	h.passes(t, "zookeeper", good.with(args{"node": "/app", "expect": "7"}), "2 of 3 servers serve")
	z.Stop(1)
	h.fails(t, "zookeeper", fails.with(args{"timeout": "20s", "node": "/app"}), "of 3 servers serve, which is no quorum")
	z.Stop(2)
	h.fails(t, "zookeeper", fails, "0 of 3 servers serve, which is no quorum; 127.0.0.1:")
}

func TestZooKeeperStandsAlone(t *testing.T) {
	t.Parallel()
	z := asktest.NewZooKeeper(t, 1)
	here{}.passes(t, "zookeeper", args{"servers": z.Servers, "timeout": "1m"}, "1 of 1 servers serve")
}
