package main_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

// proof is a recipe below recipes, planned and applied as it is, but for its name and the images that stand for those of
// registries: see "make proof".
func proof(t *testing.T, dir, values string) *stand {
	t.Helper()
	s := proving(t)
	need(t, os.CopyFS(s.dir, os.DirFS(filepath.Join("..", "..", "recipes", filepath.FromSlash(dir)))))
	s.stood()
	values = strings.NewReplacer("SERVERS", proofImage+":local", "ROOT", proofImage+":root", "PORT", freePort(t)).Replace(values)
	need(t, os.WriteFile(filepath.Join(s.dir, "proof.auto.vars.hcl"), []byte(values), 0o644))
	return s
}

// proofImage is the name of the images that .ci/proof-image and .ci/proof-languages make of Debian's packages.
const proofImage = "recipe/proof"

// proving is a stand with an empty directory.
func proving(t *testing.T) *stand {
	t.Helper()
	if os.Getenv("RECIPE_PROOF") == "" {
		t.Skip("RECIPE_PROOF is not set: make proof tries recipes with real servers")
	}
	s := newStand(t, "")
	need(t, os.Remove(filepath.Join(s.dir, "recipe.hcl")))
	need(t, os.Remove(filepath.Join(s.dir, "app")))
	return s
}

// stood puts into a stand's recipes its own name, and images and secrets that are there for those that are not.
func (s *stand) stood() {
	s.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "*recipe.hcl"))
	need(s, err)
	for _, name := range names {
		s.edit(filepath.Base(name),
			`(?m)^(  name +=) ".*"$`, `$1 "`+s.name+`"`,
			`"golang:[^"]*"`, `"`+proofImage+`:go"`,
			`"(python|ruby|node):[^"]*"`, `"`+proofImage+`:languages"`,
			`(?m)^(  source +=) "std/(postgres|redis)"$`, `$0`+"\n  image = \""+proofImage+`:local"`,
			`\["pass", "show", "(.*)"\]`, `["echo", "not so secret: $1"]`)
	}
}

// edit replaces what regular expressions find in a file.
func (s *stand) edit(name string, pairs ...string) {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	need(s, err)
	for i := 0; i < len(pairs); i += 2 {
		text = regexp.MustCompile(pairs[i]).ReplaceAll(text, []byte(pairs[i+1]))
	}
	need(s, os.WriteFile(filepath.Join(s.dir, name), text, 0o644))
}

// only is the running container of a service.
func (s *stand) only(service string) engine.Container {
	s.Helper()
	list, err := s.engine.Containers(s.Context(), map[string]string{label.Recipe: s.name, label.Addr: service})
	need(s, err)
	var running []engine.Container
	for _, c := range list {
		if c.State == engine.Running {
			running = append(running, c)
		}
	}
	if len(running) != 1 {
		s.Fatalf("%d containers of %s run", len(running), service)
	}
	return running[0]
}

// in runs a command in the running container of a service and returns what it wrote to both streams.
func (s *stand) in(service string, command ...string) (string, int) {
	s.Helper()
	result, err := s.engine.Exec(s.Context(), s.only(service).ID, command)
	need(s, err)
	return string(result.Output), result.ExitCode
}

// shows runs a command in a service's container until its output has the text, for 20 s at most.
func (s *stand) shows(service, text string, command ...string) {
	s.Helper()
	out, code := s.in(service, command...)
	for end := time.Now().Add(20 * time.Second); !strings.Contains(out, text) && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
		out, code = s.in(service, command...)
	}
	if !strings.Contains(out, text) {
		s.Errorf("%s, %v: %q with code %d, want %q", service, command, out, code, text)
	}
}

func TestProofPostgres(t *testing.T) {
	t.Parallel()
	s := proof(t, "std/postgres", `
image                = "SERVERS"
replicas             = ["a"]
password             = "it's a 1st: \"secret\" \\ %41"
replication_password = "copy: that's \"all\" \\ %42"
memory               = "256MiB"
extensions           = ["pg_trgm", "btree_gin"]
`)
	const primary, replica = "service.primary", `service.replica["a"]`
	password := `it's a 1st: "secret" \ %41`
	as := func(user, password, host, sql string) []string {
		return []string{"env", "PGPASSWORD=" + password, "psql", "--no-psqlrc", "-tA", "--host=" + host, "--username=" + user, "--dbname=app", "-c", sql}
	}
	superuser := func(sql string) []string {
		return []string{"psql", "--no-psqlrc", "-tA", "--username=postgres", "-c", sql}
	}

	s.wants(s.run(0, "apply", "--auto-approve"), "Applied in")
	s.shows(replica, "INSERT 0 1", as("app", password, "primary", "CREATE TABLE kept (n int); INSERT INTO kept VALUES (41)")...)
	s.shows(primary, "41|t", as("app", password, "replica-a", "SELECT n, pg_is_in_recovery() FROM kept")...)
	s.shows(primary, "a|streaming|async", superuser("SELECT application_name, state, sync_state FROM pg_stat_replication")...)
	s.shows(replica, "0.3", as("app", password, "primary", "SELECT similarity('kept', 'keep')::numeric(2,1)")...)

	// What must not work: a wrong password, the superuser from elsewhere, the replicas' role for anything else,
	// writing to a replica.
	s.shows(replica, "password authentication failed", as("app", "wrong", "primary", "SELECT 1")...)
	s.shows(replica, "pg_hba.conf rejects", as("postgres", password, "primary", "SELECT 1")...)
	s.shows(replica, "pg_hba.conf rejects", as("replicator", `copy: that's "all" \ %42`, "primary", "SELECT 1")...)
	s.shows(primary, "read-only transaction", as("app", password, "replica-a", "INSERT INTO kept VALUES (0)")...)
	s.shows(primary, "f|f|f", superuser("SELECT rolsuper, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = 'app'")...)

	// A new password is one of the role; the server goes on.
	before := s.only(primary).ID
	password = "a second one, and longer"
	second := []string{"apply", "--auto-approve", "--var", "password=" + password}
	s.run(0, second...)
	s.shows(replica, "41", as("app", password, "primary", "SELECT n FROM kept")...)
	if s.only(primary).ID != before {
		s.Errorf("a new password replaced the server")
	}

	// The server is replaced on the same data, the replica follows it, and another one comes.
	third := append(second, "--var", "memory=320MiB", "--var", `replicas=["a","b"]`)
	s.wants(s.run(0, third...), "Applied in")
	if s.only(primary).ID == before {
		s.Errorf("more memory did not replace the server")
	}
	s.shows(replica, "INSERT 0 1", as("app", password, "primary", "INSERT INTO kept VALUES (42)")...)
	s.shows(primary, "42", as("app", password, "replica-b", "SELECT n FROM kept")...)
	s.shows(primary, "2", superuser("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")...)

	// A replica that was killed catches up from its slot, when the next apply starts it again.
	need(t, s.engine.StopContainer(t.Context(), s.only(replica).ID, "SIGKILL", time.Second))
	s.shows(primary, "INSERT 0 1", as("app", password, "primary", "INSERT INTO kept VALUES (43)")...)
	s.run(0, third...)
	s.shows(primary, "43", as("app", password, "replica-a", "SELECT n FROM kept")...)

	s.wants(s.run(0, "destroy", "--volumes", "--auto-approve"), s.name+"-primary is kept: it is protected")
}

func TestProofRedis(t *testing.T) {
	t.Parallel()
	s := proof(t, "std/redis", `
image      = "SERVERS"
password   = "a-password-of-some-length"
memory     = "64MiB"
persistent = true
eviction   = "noeviction"
`)
	const server = "service.main"
	ask := func(words ...string) []string {
		return append([]string{"redis-cli", "--no-auth-warning", "-a", "a-password-of-some-length"}, words...)
	}
	s.run(0, "apply", "--auto-approve")
	s.shows(server, "NOAUTH", "redis-cli", "get", "kept")
	s.shows(server, "OK", ask("set", "kept", "for good")...)
	s.shows(server, fmt.Sprint(38<<20), ask("config", "get", "maxmemory")...) // three fifths of 64 MiB
	before := s.only(server).ID
	s.run(0, "apply", "--auto-approve", "--var", "memory=96MiB")
	if s.only(server).ID == before {
		s.Errorf("more memory did not replace the server")
	}
	s.shows(server, "for good", ask("get", "kept")...)

	// As a cache it has no volume, and leaves the one that there is alone.
	s.run(0, "apply", "--auto-approve", "--var", "persistent=false")
	s.shows(server, "no", ask("config", "get", "appendonly")...)
	s.shows(server, "0", ask("dbsize")...)
	s.wants(s.run(0, "destroy", "--volumes", "--auto-approve"), s.name+"-data is kept: it is protected")
}

func TestProofStaticSite(t *testing.T) {
	t.Parallel()
	s := proof(t, "std/static-site", `
image     = "SERVERS"
directory = "public"
listen    = PORT
not_found = "/404.html"
`)
	write := func(name, text string) {
		t.Helper()
		need(t, os.MkdirAll(filepath.Join(s.dir, "public", filepath.Dir(name)), 0o755))
		need(t, os.WriteFile(filepath.Join(s.dir, "public", name), []byte(text), 0o644))
	}
	write("index.html", "the first page")
	write("404.html", "our own page for what is not there")
	write("app.0123456789.css", "body {}")
	write(".env", "SECRET=1")
	s.run(0, "apply", "--auto-approve")
	base := strings.TrimSuffix(s.output("url"), "/")
	for path, want := range map[string]struct {
		status      int
		text, cache string
	}{
		"/":                   {200, "the first page", "no-cache"},
		"/app.0123456789.css": {200, "body {}", "public, max-age=31536000, immutable"},
		"/nowhere":            {404, "our own page", "no-cache"},
		"/.env":               {404, "", ""},
	} {
		answer, body := s.request(http.MethodGet, base+path, "", nil)
		if cache := answer.Header.Get("Cache-Control"); answer.StatusCode != want.status || !strings.Contains(body, want.text) || want.cache != "" && cache != want.cache {
			t.Errorf("%s: %d %q %q, want %+v", path, answer.StatusCode, cache, body, want)
		}
	}
	write("index.html", "the second page")
	s.run(0, "apply", "--auto-approve")
	if _, body := s.request(http.MethodGet, base+"/", "", nil); body != "the second page" {
		t.Errorf("after the next release: %q", body)
	}
}

func TestProofRegistry(t *testing.T) {
	t.Parallel()
	// The password is "sesame", at the least cost that bcrypt has.
	s := proof(t, "std/registry", `
image    = "ROOT"
htpasswd = "anna:$2y$04$AomNvaA.SQcIGa3wLOv2vOzxwSCJEbRmmhsDgzjGyyoT0dbV4Udu.\n"
listen   = PORT
`)
	s.run(0, "apply", "--auto-approve")
	base := "http://" + s.output("address")
	expect := func(status int, method, url, user string, body []byte) *http.Response {
		t.Helper()
		answer, text := s.request(method, url, user, body)
		if answer.StatusCode != status {
			t.Fatalf("%s %s: %d %s, want %d", method, url, answer.StatusCode, text, status)
		}
		return answer
	}
	expect(401, http.MethodGet, base+"/v2/", "", nil)
	expect(401, http.MethodGet, base+"/v2/", "anna:wrong", nil)
	const user, digest = "anna:sesame", "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of hello
	at := expect(202, http.MethodPost, base+"/v2/app/blobs/uploads/", user, []byte{}).Header.Get("Location")
	expect(201, http.MethodPut, base+at+"&digest="+digest, user, []byte("hello"))
	expect(200, http.MethodGet, base+"/v2/app/blobs/"+digest, user, nil)
	expect(202, http.MethodDelete, base+"/v2/app/blobs/"+digest, user, nil)
}

// TestProofGo builds an example from its sources, in stages, with caches, from nothing but what is here.
func TestProofGo(t *testing.T) {
	t.Parallel()
	s := proof(t, "examples/go", `
port = PORT
`)
	s.run(0, "apply", "--auto-approve", "--var", "release=one")
	base := strings.TrimSuffix(s.output("url"), "/")
	for path, want := range map[string]string{"/up": "up", "/": "UTC", "/Asia/Tokyo": "JST", "/Atlantis": "No such time zone"} {
		if _, body := s.request(http.MethodGet, base+path, "", nil); !strings.Contains(body, want) {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
	}
	s.wants(s.run(0, "plan", "--var", "release=one"), "No changes")
}

// output is one of what an apply shows in the end.
func (s *stand) output(name string) string {
	s.Helper()
	_, rest, ok := strings.Cut(regexp.MustCompile(` += `).ReplaceAllString(s.run(0, "plan"), " = "), "  "+name+" = \"")
	value, _, closed := strings.Cut(rest, "\"")
	if !ok || !closed {
		s.Fatalf("no output %s", name)
	}
	return value
}

// request sends a request, as a user written NAME:PASSWORD, and returns the answer with its body.
func (s *stand) request(method, url, user string, body []byte) (*http.Response, string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	need(s, err)
	if name, password, ok := strings.Cut(user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	answer, err := http.DefaultClient.Do(r)
	need(s, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	need(s, err)
	return answer, string(text)
}
