package starter

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// files makes a directory of names and texts.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for pair := range slices.Chunk(pairs, 2) {
		fsys[pair[0]] = &fstest.MapFile{Data: []byte(pair[1])}
	}
	return fsys
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name string
		fs   fstest.MapFS
		want App
	}{
		{"nothing", files("notes.txt", "x"), App{Context: "."}},
		{"a Dockerfile, whatever the language", files("Dockerfile", "FROM a\nEXPOSE 4000\nUSER app\nHEALTHCHECK CMD curl http://localhost/ok\n", "go.mod", "module x\n", ".dockerignore", "x"),
			App{Dockerfile: "Dockerfile", Context: ".", Port: 4000, User: "app", Health: "/ok", Ignore: true}},
		{"Dockerfiles below", files("app/Dockerfile", "# x\n#syntax = docker/dockerfile:1\nFROM a\n", "worker/Dockerfile", "FROM a\n", ".git/Dockerfile", "FROM a\n"),
			App{Dockerfile: "Dockerfile", Context: "./app", Frontend: "# x\n#syntax = docker/dockerfile:1", More: []string{"worker/Dockerfile"}}},
		{"one that cannot be read", files("Dockerfile", "FRM a"), App{Dockerfile: "Dockerfile", Context: "."}},
		{"a compose file", files("Dockerfile", "FROM a\n", "compose.yaml", "services:\n  web:\n    build: .\n    ports: ['127.0.0.1:80:5000/tcp']\n  redis: {image: 'redis:8'}\n  db:\n    image: postgres:17\n"),
			App{Dockerfile: "Dockerfile", Context: ".", Port: 5000, Compose: "compose.yaml", Beside: []Service{{"db", "postgres:17"}, {"redis", "redis:8"}}}},
		{"a compose file that is none", files("compose.yml", "services: [: "), App{Context: ".", Compose: "compose.yml"}},
		{"Go", files("go.mod", "module example.com/shop\n\ngo 1.25.3\n", "main.go", "package main\n"),
			App{Context: ".", Language: "go", Port: 8080, Build: goBuild{"1.25", ".", "shop"}}},
		{"Go with a program below cmd", files("go.mod", "module x\n", "x.go", "package x\n", "cmd/a/a.go", "package a\n", "cmd/b/b.go", "// B.\npackage main\n"),
			App{Context: ".", Language: "go", Port: 8080, Build: goBuild{"1.26", "./cmd/b", "b"}}},
		{"Rails", files("Gemfile", "gem 'pg'\nruby \"~> 3.3.1\"\n", "config/application.rb", "x", "app/assets/x.css", "", "config/credentials.yml.enc", "x", "package.json", "{}"),
			App{Context: ".", Language: "ruby", Port: 3000, Health: "/up", Build: rubyBuild{Version: "3.3", Rails: true, Assets: true, Credentials: true,
				Build: []string{"build-essential", "git", "libyaml-dev", "pkg-config", "libpq-dev"}, Run: []string{"libpq5"},
				Command: []string{"bin/rails", "server", "--binding", "0.0.0.0", "--port", "$PORT"}}}},
		{"Django", files("requirements.txt", "Django\n", "manage.py", `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")`, "site/settings.py", "STATIC_ROOT = 1"),
			App{Context: ".", Language: "python", Port: 8000, Build: pythonBuild{Version: "3.13", Requirements: true, Server: "gunicorn", Static: true,
				Command: []string{"gunicorn", "--bind", "0.0.0.0:$PORT", "site.wsgi"}}}},
		{"FastAPI", files("pyproject.toml", "requires-python = \">=3.12\"\ndependencies = [\"fastapi\", \"uvicorn\"]\n", "uv.lock", "x", "web.py", "api = FastAPI()\n"),
			App{Context: ".", Language: "python", Port: 8000, Build: pythonBuild{Version: "3.12", Uv: true,
				Command: []string{"uvicorn", "--host", "0.0.0.0", "--port", "$PORT", "web:api"}}}},
		{"Node", files("package.json", `{"scripts": {"start": "node server.js --x", "build": "vite"}, "engines": {"node": ">=22.1"}}`, "pnpm-lock.yaml", "x"),
			App{Context: ".", Language: "node", Port: 3000, Build: nodeBuild{Version: "22", Manifests: []string{"package.json", "pnpm-lock.yaml"}, Setup: "corepack enable",
				Install: "pnpm install --frozen-lockfile", Prune: "pnpm prune --prod", Cache: "/root/.local/share/pnpm/store", Build: "pnpm run build",
				Command: []string{"node", "server.js", "--x"}}}},
		{"Node that is started by more", files("package.json", `{"scripts": {"start": "node a.js && node b.js"}}`),
			App{Context: ".", Language: "node", Port: 3000, Build: nodeBuild{Version: "24", Manifests: []string{"package.json"},
				Install: "npm install", Prune: "npm prune --omit=dev", Cache: "/root/.npm", Command: []string{"npm", "start"}}}},
		{"a package.json that is none", files("package.json", "{"), App{Context: "."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Find(tt.fs)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestName(t *testing.T) {
	for dir, want := range map[string]string{
		"shop": "shop", "My Shop_2": "my-shop-2", "2048": "app", "..": "app", "": "app", "-a-": "a", "9-lives": "lives",
		strings.Repeat("ab-", 20): "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-a",
	} {
		if got := Name(dir); got != want {
			t.Errorf("%q: got %q, want %q", dir, got, want)
		}
	}
}
