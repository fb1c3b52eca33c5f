package main_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The examples of frameworks are built and applied whole: database, migrations, and what stands beside the app. Debian's
// versions stand for those that the examples name.

func TestProofDjango(t *testing.T) {
	t.Parallel()
	s := proof(t, "examples/django", `listen = PORT`)
	s.edit("requirements.txt", `(?m)(\[binary\])?==.*$`, "", `typing-extensions\n`, "") // Debian's need none
	s.env = append(s.env, "GUESTBOOK_DATABASE_PASSWORD=a secret: it's long", "GUESTBOOK_SECRET_KEY=so is this one")
	s.wants(s.run(0, "apply", "--auto-approve"), "Applied in")
	base := s.output("url")
	s.shown(base, "up", "up")
	if _, body := s.request(http.MethodGet, base, "", nil); !strings.Contains(body, "<form") {
		t.Fatalf("no form in:\n%s", body)
	}
	s.submit(base, "", url.Values{"author": {"Anna"}, "text": {"was here"}})
	s.shown(base, "", "was here")
	s.wants(s.run(0, "plan"), "No changes")
}

func TestProofRails(t *testing.T) {
	t.Parallel()
	s := proof(t, "examples/rails", `listen = PORT`)
	s.edit("Gemfile", `(?m)^(gem "\w+"),.*$`, "$1")
	s.edit("config/application.rb", `8\.0`, "7.2")
	s.edit("config/environments/production.rb", `TaggedLogging\.logger\(\$stdout\)`, "TaggedLogging.new(ActiveSupport::Logger.new($$stdout))")
	s.edit("db/migrate/20260101000000_create_notes.rb", `8\.0`, "7.2")
	s.edit("app/controllers/notes_controller.rb", `params\.expect\(note: \[:text\]\)`, "params.require(:note).permit(:text)")
	s.wants(s.run(0, "apply", "--auto-approve"), "Applied in")
	base := s.output("url")
	s.submit(base, "notes", url.Values{"note[text]": {"three short words"}})
	s.shown(base, "", "three short words")
	s.shown(base, "", "3 words") // counted by the worker, which hears of it by way of Redis
	s.wants(s.run(0, "plan"), "No changes")
}

// TestProofInit builds and applies what init writes for apps without a Dockerfile.
func TestProofInit(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"go": {
			"go.mod": "module example.com/shop\n\ngo 1.26\n",
			"main.go": `package main

import (
	"fmt"
	"net/http"
)

func main() {
	_ = http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello from go") }))
}
`},
		"python": {
			"requirements.txt": "flask\ngunicorn\n",
			"app.py":           "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef root():\n    return \"hello from python\"\n",
		},
		"ruby": {
			"Gemfile":   "source \"https://rubygems.org\"\n\ngem \"rackup\"\ngem \"puma\"\n",
			"config.ru": "run ->(env) { [200, { \"content-type\" => \"text/plain\" }, [\"hello from ruby\"]] }\n",
		},
		"node": {
			"package.json": `{"name": "shop", "version": "1.0.0", "scripts": {"start": "node server.js", "build": "cp server.js built.js"}}`,
			"server.js":    `require("http").createServer((q, a) => a.end("hello from node")).listen(process.env.PORT)` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := proving(t)
			for file, text := range files {
				need(t, os.WriteFile(filepath.Join(s.dir, file), []byte(text), 0o644))
			}
			if name == "ruby" {
				s.lock()
			}
			s.wants(s.run(0, "init", "--yes"), "Wrote recipe.hcl.", "Wrote .dockerignore.")
			s.stood()
			s.edit("recipe.hcl", `(listen += )8080`, "${1}"+freePort(t))
			s.wants(s.run(0, "apply", "--auto-approve"), "Applied in")
			s.shown(s.output("url"), "", "hello from "+name)
			s.wants(s.run(0, "plan"), "No changes")
		})
	}
}

// lock writes Gemfile.lock, as whoever keeps a Gemfile does, for the gems that there are.
func (s *stand) lock() {
	s.Helper()
	gemfile, err := os.Open(filepath.Join(s.dir, "Gemfile"))
	need(s, err)
	defer gemfile.Close()
	cmd := exec.CommandContext(s.Context(), "docker", "run", "--rm", "--interactive", proofImage+":languages",
		"sh", "-c", "cd /tmp && cat >Gemfile && bundle lock --local >&2 && cat Gemfile.lock")
	cmd.Stdin = gemfile
	out, err := cmd.Output()
	need(s, err)
	need(s, os.WriteFile(filepath.Join(s.dir, "Gemfile.lock"), out, 0o644))
}

// shown asks for a page until it has the text, for 20 s at most.
func (s *stand) shown(base, path, text string) {
	s.Helper()
	body := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if _, body = s.request(http.MethodGet, base+path, "", nil); strings.Contains(body, text) {
			return
		}
	}
	s.Errorf("%s has no %q:\n%s", base+path, text, body)
}

var hiddenPattern = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]+)"`)

// submit fills in the form of the first page, as a browser does, with its cookies and hidden fields.
func (s *stand) submit(base, path string, values url.Values) {
	s.Helper()
	jar, err := cookiejar.New(nil)
	need(s, err)
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	page, err := client.Get(base)
	need(s, err)
	text, err := io.ReadAll(page.Body)
	need(s, err)
	page.Body.Close()
	for _, m := range hiddenPattern.FindAllStringSubmatch(string(text), -1) {
		values.Set(m[1], html.UnescapeString(m[2]))
	}
	answer, err := client.PostForm(base+path, values)
	need(s, err)
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		s.Fatalf("the form is answered with %d: %s %v", answer.StatusCode, text, err)
	}
}
