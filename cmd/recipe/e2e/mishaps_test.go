package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// fileMishaps are in the files: they are known before the engine is asked for anything.
func fileMishaps() []mishap {
	return []mishap{
		{name: "a context that is not there", early: true, recipe: func(a *app) { a.image = "context = \"./none\"\n" },
			says: []string{"recipe.hcl line", "build context DIR/none does not exist", "create it, or set context"}},
		{name: "a file to copy that is not there", early: true, recipe: func(a *app) {
			a.edit = func(text string) string { return strings.Replace(text, `"page.html"]`, `"none.html"]`, 1) }
		}, says: []string{"recipe.hcl line", `"none.html" is not in the context DIR`}},
		{name: "an ignore file that cannot be read", early: true, set: func(d *deploy) {
			path := filepath.Join(d.dir, ".dockerignore")
			_ = os.Remove(path)
			if err := os.Mkdir(path, 0o755); err != nil {
				d.Fatal(err)
			}
			d.Cleanup(func() { _ = os.Remove(path) })
		}, says: []string{"recipe.hcl line", "DIR/.dockerignore cannot be read", "or remove it"}},
		{name: "an ignore file that makes no sense", early: true, set: func(d *deploy) { d.write(".dockerignore", "server\n[a-\n") },
			says: []string{"recipe.hcl line", "DIR/.dockerignore has a pattern", "[a-", "mend it"}},
		{name: "words that do not exist", early: true, recipe: func(a *app) {
			a.service = "  memory = \"1MiB\"\n  restat = \"no\"\n  networks = [network.bakend]\n"
			a.more = "network \"backend\" {}\nvolum \"data\" {}\nservice \"two\" {\n  image = image.wb\n  count = \"many\"\n}\n"
		}, says: []string{"recipe.hcl line", `"restat"`, `Did you mean "restart"?`, `"memory"`, `volum`, `Did you mean "volume"?`, `"bakend"`, `Did you mean "backend"?`, `"wb"`, `Did you mean "web"?`, "this is a string"}},
		{name: "a circle", early: true, recipe: func(a *app) {
			a.more = "job \"a\" {\n  image = image.web\n  env = { B = job.b.name }\n}\njob \"b\" {\n  image = image.web\n  env = { A = job.a.name }\n}\n"
		}, says: []string{"job.a", "job.b"}},
	}
}

// engineMishaps are of the engine, the edge and the machine.
func engineMishaps() []mishap {
	return []mishap{
		{name: "no engine", args: []string{"apply", "--auto-approve", "--host", "unix:///nowhere/engine.sock"},
			says: []string{"The engine does not answer", "unix:///nowhere/engine.sock", "no such socket", "sudo systemctl start docker", "DOCKER_HOST"}},
		{name: "no engine at a port", args: []string{"plan", "--host", "tcp://127.0.0.1:1"},
			says: []string{"The engine does not answer", "tcp://127.0.0.1:1", "nobody listens there", "check the port"}},
		{name: "an engine that is too old", set: func(d *deploy) { d.env = append(d.env, "DOCKER_HOST="+oldEngine(d)) },
			says: []string{"The engine is too old", "1.40", "1.41"}},
		{name: "a port that another process has", set: func(d *deploy) {
			d.append(fmt.Sprintf("port \"more\" {\n  listen = %d\n  route { to = service.web.http }\n}\n", d.occupy()))
		}, early: true, says: []string{"Port taken", "port.more", "recipe.hcl line", "listen = ", "another program"}},
		{name: "a published port that another process has", recipe: func(a *app) { a.release = "r1" }, set: func(d *deploy) {
			d.append(fmt.Sprintf("service \"db\" {\n  image = image.web\n  expose \"http\" {\n    port = 8080\n    publish = \"127.0.0.1:%d\"\n  }\n}\n", d.occupy()))
		}, says: []string{"service.db", "recipe.hcl line", "is taken by someone else"}},
		{name: "an image for a new edge that cannot be had", early: true, set: func(d *deploy) {
			d.env = append(d.env, "RECIPE_EDGE=none-yet", "RECIPE_PROXY_IMAGE=127.0.0.1:1/none:1")
		}, says: []string{"127.0.0.1:1/none:1", "connection refused", "RECIPE_PROXY_IMAGE"}},
		{name: "an edge whose files somebody broke", set: func(d *deploy) {
			d.edgeFile("cfg/99-strange.cfg", "nothing of ours\n")
			d.Cleanup(func() { d.edgeFile("cfg/99-strange.cfg", edgeHeader) })
		}, early: true, says: []string{"EDGE", "99-strange.cfg"}},
		{name: "a configuration that HAProxy refuses", set: func(d *deploy) {
			d.append(fmt.Sprintf("port \"more\" {\n  listen = %d\n  route { to = service.web.http }\n}\n", freePort(d.T)))
			d.edgeFile("cfg/99-strange.cfg", edgeHeader+"backend strange\n    nonsense here\n")
			d.Cleanup(func() { d.edgeFile("cfg/99-strange.cfg", edgeHeader) })
		}, says: []string{"HAProxy", "99-strange.cfg", "nonsense"}},
		{name: "a path that no proxy could ask for", early: true, recipe: func(a *app) {
			a.edit = func(text string) string { return strings.Replace(text, `"/up"`, `"/with space"`, 1) }
		}, says: []string{"recipe.hcl line", "/with space"}},
		{name: "an image that cannot be pulled", recipe: func(a *app) {
			a.more = "service \"db\" { image = \"127.0.0.1:1/none:1\" }\n"
		}, says: []string{"127.0.0.1:1/none:1", "recipe.hcl line"}},
		{name: "an image block that cannot be pulled", recipe: func(a *app) {
			a.more = "image \"db\" { pull = \"127.0.0.1:1/none:1\" }\nservice \"db\" { image = image.db }\n"
		}, says: []string{"127.0.0.1:1/none:1", "recipe.hcl line"}},
	}
}

// appMishaps are of the new release itself.
func appMishaps() []mishap {
	return []mishap{
		{name: "a health check that never passes", recipe: func(a *app) {
			*a = a.with("HEALTH", "fail")
			a.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1500ms"`, 1) }
		}, says: []string{"did not become healthy", "within 1.5s", "status 500", "HEALTH", "Its last output:"}},
		{name: "a container that ends at once", recipe: func(a *app) { a.service = "  command = [\"nonsense\"]\n" },
			says: []string{"exit code was 2", "usage: server", "service.web"}},
		{name: "a container that cannot start", recipe: func(a *app) { a.service = "  entrypoint = [\"/nothing\"]\n" },
			says: []string{"/nothing", "service.web"}},
		{name: "a job that fails", recipe: func(a *app) {
			a.switchover = "  before = [job.migrate]\n"
			a.more = "job \"migrate\" {\n  image   = image.web\n  command = [\"migrate\"]\n  env     = { MIGRATE_EXIT = \"3\" }\n}\n"
		}, says: []string{"job.migrate", "exit code 3", "migrat"}},
		{name: "a build that fails", recipe: func(a *app) { a.image = "  run { exec = [\"/nonexistent\"] }\n" },
			says: []string{"image.web", "/nonexistent", "recipe.hcl line"}},
		{name: "a file that a build misses", recipe: func(a *app) { a.image = "  copy {\n    from = [\"missing.txt\"]\n    to = \"/\"\n  }\n" },
			says: []string{"missing.txt", "recipe.hcl line"}},
	}
}
