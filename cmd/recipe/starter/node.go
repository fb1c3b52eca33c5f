package starter

import (
	"encoding/json"
	"io/fs"
	"strings"
)

type nodeBuild struct {
	Version string
	// Manifests are the files that the dependencies stand in.
	Manifests []string
	// Install and Prune are the commands that install all dependencies and remove those of the build; Cache is what the
	// former keeps between builds.
	Install, Prune, Cache string
	// Setup brings the package manager, where the image has none of it; empty where it has.
	Setup string
	// Build runs the build script, empty where there is none.
	Build   string
	Command []string
}

func node() language {
	return language{
		name: "node", ignore: []string{"node_modules", "npm-debug.log", "coverage"},
		find: func(fsys fs.FS) (any, int, string, bool) {
			var manifest struct {
				Main    string
				Engines struct{ Node string }
				Scripts map[string]string
			}
			text := read(fsys, "package.json")
			if text == "" || json.Unmarshal([]byte(text), &manifest) != nil {
				return nil, 0, "", false
			}
			b := nodeBuild{Version: first(`(\d+)`, read(fsys, ".nvmrc"), first(`(\d+)`, manifest.Engines.Node, "24"))}
			b.dependencies(fsys)
			if manifest.Scripts["build"] != "" {
				b.Build = strings.Fields(b.Install)[0] + " run build"
			}
			b.Command = start(manifest.Scripts["start"], manifest.Main, fsys)
			return b, 3000, "", true
		},
	}
}

// dependencies chooses the package manager by its lock file.
func (b *nodeBuild) dependencies(fsys fs.FS) {
	b.Manifests = []string{"package.json"}
	switch {
	case exists(fsys, "pnpm-lock.yaml"):
		b.Manifests = append(b.Manifests, "pnpm-lock.yaml")
		b.Install, b.Prune, b.Cache = "pnpm install --frozen-lockfile", "pnpm prune --prod", "/root/.local/share/pnpm/store"
		b.Setup = "corepack enable"
	case exists(fsys, "yarn.lock"):
		b.Manifests = append(b.Manifests, "yarn.lock")
		b.Install, b.Prune, b.Cache = "yarn install --frozen-lockfile", "yarn install --frozen-lockfile --production", "/usr/local/share/.cache/yarn"
	case exists(fsys, "package-lock.json"):
		b.Manifests = append(b.Manifests, "package-lock.json")
		b.Install, b.Prune, b.Cache = "npm ci", "npm prune --omit=dev", "/root/.npm"
	default:
		b.Install, b.Prune, b.Cache = "npm install", "npm prune --omit=dev", "/root/.npm"
	}
}

// start is the command that starts the app. What a script starts with node is started so: npm in between would keep
// signals from it.
func start(script, main string, fsys fs.FS) []string {
	words := strings.Fields(script)
	if len(words) > 1 && words[0] == "node" && !strings.ContainsAny(script, `"'$&|;<>*`) {
		return words
	}
	if script != "" {
		return []string{"npm", "start"}
	}
	if main == "" {
		for _, name := range []string{"server.js", "app.js", "index.js"} {
			if exists(fsys, name) {
				main = name
				break
			}
		}
	}
	if main == "" {
		main = "index.js"
	}
	return []string{"node", main}
}
