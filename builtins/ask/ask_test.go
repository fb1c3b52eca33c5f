package ask_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/ask/asktest"
)

// question is a query with what is to come back: the rows as text, or a part of why there are none.
type question struct {
	name, query string
	rows        string // values apart by commas, rows by semicolons
	columns     int
	why         string
	final       bool
}

func (q question) check(t *testing.T, got ask.Rows) {
	t.Helper()
	var rows []string
	for _, row := range got.Rows {
		var values []string
		for _, v := range row {
			text := v.Text
			if v.Null {
				text = "NULL"
			}
			values = append(values, text)
		}
		rows = append(rows, strings.Join(values, ","))
	}
	if text := strings.Join(rows, ";"); text != q.rows || q.why == "" && got.Columns != q.columns {
		t.Errorf("%d columns, %q; want %d, %q", got.Columns, text, q.columns, q.rows)
	}
	if !strings.Contains(got.Why, q.why) || got.Failed() != (q.why != "") || got.Final != q.final {
		t.Errorf("fails with %+v; want %q, final %v", got.Failure, q.why, q.final)
	}
	if strings.Contains(got.Why, asktest.Password) || strings.Contains(got.Why, "s3cret") {
		t.Errorf("the password is told: %s", got.Why)
	}
	if got.Failed() && got.At != "" && !strings.HasPrefix(got.Why, got.At+": ") {
		t.Errorf("%q does not name the host %s", got.Why, got.At)
	}
}

func asked(t *testing.T, url, query string, limit time.Duration) ask.Rows {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return ask.SQL(ctx, ask.Query{URL: url, Text: query})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	p := asktest.NewPostgres(t)
	p.Do("CREATE TABLE jobs (id int, name text, done boolean); INSERT INTO jobs VALUES (1, 'one', true), (2, NULL, false)")
	p.Do("CREATE ROLE nobody LOGIN PASSWORD 's3cret'")
	for _, q := range []question{
		{name: "number", query: "SELECT count(*) FROM jobs", rows: "2", columns: 1},
		{name: "boolean", query: "SELECT done FROM jobs ORDER BY id", rows: "true;false", columns: 1},
		{name: "null", query: "SELECT name FROM jobs WHERE id = 2", rows: "NULL", columns: 1},
		{name: "none", query: "SELECT name FROM jobs WHERE id = 3", columns: 1},
		{name: "two rows", query: "SELECT id FROM generate_series(1, 1000000) AS s(id)", rows: "1;2", columns: 1},
		{name: "two columns", query: "SELECT 1, 'a'", rows: "1,a", columns: 2},
		{name: "no SQL", query: "SELEKT 1", why: `syntax error at or near "SELEKT"`, final: true},
		{name: "two statements", query: "SELECT 1; SELECT 2", why: "multiple commands", final: true},
		{name: "a change", query: "INSERT INTO jobs VALUES (3)", why: "cannot execute INSERT in a read-only transaction", final: true},
		{name: "no table yet", query: "SELECT 1 FROM tomorrow", why: `relation "tomorrow" does not exist`},
	} {
		t.Run(q.name, func(t *testing.T) { q.check(t, asked(t, p.URL("127.0.0.1"), q.query, time.Minute)) })
	}
	right := p.URL("127.0.0.1")
	for _, u := range []struct {
		question
		url string
	}{
		{question{name: "encrypted", query: "SELECT 1", why: "refused TLS"}, right + "?sslmode=require"},
		{question{name: "of an app", query: "SELECT 1", rows: "1", columns: 1}, strings.Replace(right, "postgres:", "postgresql+psycopg:", 1) + "?pool=5&sslmode=disable"},
		{question{name: "wrong password", query: "SELECT 1", why: `password authentication failed for user "postgres"`, final: true}, strings.Replace(right, "s3cret", "s3cret2", 1)},
		{question{name: "not allowed", query: "SELECT * FROM jobs", why: "permission denied for table jobs", final: true}, fmt.Sprintf("postgres://nobody:s3cret@127.0.0.1:%d/postgres", p.Port)},
		{question{name: "no database yet", query: "SELECT 1", why: `database "none" does not exist`}, strings.TrimSuffix(right, "postgres") + "none"},
		{question{name: "nobody there", query: "SELECT 1", why: "connection refused"}, fmt.Sprintf("postgres://u:s3cret@127.0.0.1:%d/x", asktest.Port(t))},
		{question{name: "no host", query: "SELECT 1", why: "name db.invalid"}, "postgres://u:s3cret@db.invalid/x"},
	} {
		t.Run(u.name, func(t *testing.T) { u.check(t, asked(t, u.url, u.query, time.Minute)) })
	}
	question{why: "no answer in time"}.check(t, asked(t, right, "SELECT pg_sleep(100)", time.Second))
	question{why: "no answer in time"}.check(t, asked(t, "postgres://u:s3cret@"+asktest.Silent(t)+"/x", "SELECT 1", time.Second))
}

func TestMySQL(t *testing.T) {
	t.Parallel()
	m := asktest.NewMySQL(t)
	for _, q := range []question{
		{name: "number", query: "SELECT count(*) FROM jobs", rows: "2", columns: 1},
		{name: "boolean", query: "SELECT done FROM jobs ORDER BY id", rows: "1;0", columns: 1},
		{name: "null", query: "SELECT name FROM jobs WHERE id = 2", rows: "NULL", columns: 1},
		{name: "none", query: "SELECT name FROM jobs WHERE id = 3", columns: 1},
		{name: "two columns", query: "SELECT 1, 'a'", rows: "1,a", columns: 2},
		{name: "no SQL", query: "SELEKT 1", why: "error in your SQL syntax", final: true},
		{name: "a change", query: "INSERT INTO jobs VALUES (3, 'x', 1)", why: "READ ONLY transaction", final: true},
		{name: "no table yet", query: "SELECT 1 FROM tomorrow", why: "doesn't exist"},
	} {
		t.Run(q.name, func(t *testing.T) { q.check(t, asked(t, m.URL(), q.query, time.Minute)) })
	}
	for _, u := range []struct {
		question
		url string
	}{
		{question{name: "of an app", query: "SELECT 1", rows: "1", columns: 1}, strings.Replace(m.URL(), "mysql:", "mysql2:", 1) + "?encoding=utf8mb4"},
		{question{name: "wrong password", query: "SELECT 1", why: "Access denied for user 'gate'", final: true}, strings.Replace(m.URL(), "s3cret", "s3cret2", 1)},
		{question{name: "nobody there", query: "SELECT 1", why: "connection refused"}, fmt.Sprintf("mysql://u:s3cret@127.0.0.1:%d/x", asktest.Port(t))},
		{question{name: "encrypted", query: "SELECT 1", why: "TLS"}, m.URL() + "?tls=skip-verify"},
	} {
		t.Run(u.name, func(t *testing.T) { u.check(t, asked(t, u.url, u.query, time.Minute)) })
	}
	question{why: "no answer in time"}.check(t, asked(t, m.URL(), "SELECT sleep(100)", time.Second))
	question{why: "no answer in time"}.check(t, asked(t, "mysql://u:s3cret@"+asktest.Silent(t)+"/x", "SELECT 1", time.Second))
}

func TestParseDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ url, at, wrong string }{
		{"postgres://u:s3cret@db/app", "db:5432", ""},
		{"postgresql://u@[::1]:6000/app?sslmode=require", "[::1]:6000", ""},
		{"mariadb://u:s3cret@db/app?tls=skip-verify", "db:3306", ""},
		{"postgres://u:s3cret@db/app?sslmode=verify-full", "", "sslmode of the database's URL is to be one of disable, allow, prefer, require"},
		{"mysql://u:s3cret@db/app?tls=true", "", "tls of the database's URL is to be one of false, preferred, skip-verify"},
		{"oracle://u:s3cret@db/app", "", "oracle:// is no scheme of a database that can be asked"},
		{"postgres://u:s3cret@:5432/app", "", "names no host"},
		{"u:s3cret@tcp(db)/app", "", "is no URL of a database"},
		{"postgres://u:s3cret%@db/app", "", "is no URL of a database"},
		{"host=db password=s3cret", "", "is no URL of a database"},
		{"", "", "is no URL of a database"},
	} {
		d, err := ask.ParseDatabase(test.url)
		if test.wrong == "" && (err != nil || d.At() != test.at) {
			t.Errorf("%s: %s, %v; want %s", test.url, d.At(), err, test.at)
		}
		if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s: %v; want %q", test.url, err, test.wrong)
		}
	}
}

func TestZooKeeper(t *testing.T) {
	t.Parallel()
	z := asktest.NewZooKeeper(t, 3)
	z.Set("/app", "on")
	asked := func(servers []string, node string) (modes map[string]int, m ask.Members) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		m = ask.ZooKeeper(ctx, ask.Ensemble{Servers: servers, Node: node})
		modes = map[string]int{}
		for _, s := range m.Servers {
			modes[s.Mode+s.Why]++
		}
		return modes, m
	}
	modes, m := asked(z.Servers, "/app")
	if modes["leader"] != 1 || modes["follower"] != 2 || !m.Exists || m.Value != "on" || m.Node.Failed() {
		t.Errorf("a whole ensemble: %v, %+v", modes, m)
	}
	if _, m = asked(z.Servers, "/none"); m.Exists || m.Node.Failed() {
		t.Errorf("a missing node: %+v", m)
	}
	z.Stop(0)
	z.Stop(1)
	for modes["it has no quorum"] == 0 { // the third one finds out
		if t.Context().Err() != nil {
			t.Fatal("the last one believes in its quorum")
		}
		modes, m = asked(z.Servers, "/app")
	}
	if modes["connection refused"] != 2 || m.Exists || !m.Node.Failed() {
		t.Errorf("without two of three: %v, %+v", modes, m)
	}
	silent := asktest.Silent(t)
	if modes, _ = asked([]string{silent, "zk.invalid:2181"}, ""); modes["no answer in time"] != 1 || len(modes) != 2 {
		t.Errorf("one that is silent and one that is nowhere: %v", modes)
	}
}
