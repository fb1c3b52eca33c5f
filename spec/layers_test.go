package spec

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/deployrecipe/recipe/"

// layers from the lowest up: a package imports its own layer and those below.
var layers = []string{"lang", "eval", "builtins", "cmd"}

// only are libraries that some packages alone may import, with the reason.
var only = []struct{ library, allowed, why string }{
	{"github.com/docker/docker", "builtins/engine/docker builtins/image", "the engine's client moves to a successor one day, which must be one package's change; builds share its connection"},
	{"github.com/moby/buildkit", "builtins/image", "building is one package's business"},
	{"github.com/jackc/pgx", "builtins/ask", "what asks databases is one package, for the helper"},
	{"github.com/go-sql-driver/mysql", "builtins/ask", "what asks databases is one package, for the helper"},
	{"github.com/go-zookeeper/zk", "builtins/ask", "what asks ZooKeeper is one package, for the helper"},
	{"github.com/spf13/cobra", "cmd", "what commands do is usable without a command line"},
	{"github.com/google/go-cmp", "", "it is for tests"},
	{"github.com/santhosh-tekuri/jsonschema", "", "it is for tests"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		mine := layer(p.ImportPath)
		for _, imported := range p.Imports {
			theirs := layer(imported)
			if theirs > mine {
				t.Errorf("%s imports %s: imports point down, %s", p.ImportPath, imported, strings.Join(layers, " < "))
			}
			if strings.HasPrefix(imported, module+"builtins") && strings.HasPrefix(p.ImportPath, module+"eval") {
				t.Errorf("%s imports %s: eval knows no Docker and no HAProxy", p.ImportPath, imported)
			}
		}
	}
}

func TestLibrariesStayInTheirPlace(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, rule := range only {
			for _, imported := range p.Imports {
				if imported != rule.library && !strings.HasPrefix(imported, rule.library+"/") {
					continue
				}
				if !allowed(strings.TrimPrefix(p.ImportPath, module), rule.allowed) {
					t.Errorf("%s imports %s, which only %q may: %s", p.ImportPath, imported, rule.allowed, rule.why)
				}
			}
		}
	}
}

func allowed(path, list string) bool {
	for _, a := range strings.Fields(list) {
		if path == a || strings.HasPrefix(path, a+"/") {
			return true
		}
	}
	return strings.Contains(path, "test") // suites for drivers are for tests
}

func layer(path string) int {
	rest, ok := strings.CutPrefix(path, module)
	if !ok {
		return -1
	}
	top, _, _ := strings.Cut(rest, "/")
	for i, name := range layers {
		if name == top {
			return i
		}
	}
	return -1
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages; there are more", len(all))
	}
	return all
}
