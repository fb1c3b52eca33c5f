// Package starter writes the first recipe of an app: it looks at what lies in the app's directory, which settles most
// of it, and what it cannot see is asked for.
package starter

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/image/dockerfile"
)

// App is what was found in a directory.
type App struct {
	// Dockerfile is its path within Context, empty where there is none; Context is the directory to build in, as a
	// recipe writes it. User is who the image says that its program runs as; Frontend the line by which the
	// Dockerfile asks for another frontend, which recipes do not use.
	Dockerfile, Context, User, Frontend string
	// More are further Dockerfiles, which the recipe says nothing of.
	More []string
	// Language is what the app is written in where it has no Dockerfile; empty where nothing tells.
	Language string
	// Build is what the template of the language reads.
	Build any
	// Port and Health are where the app listens and the path that answers when it is fit; 0 and empty where nothing tells.
	Port   int
	Health string
	// Ignore tells whether there is a .dockerignore.
	Ignore bool
	// Beside are the services of a compose file that are images of others: databases, queues.
	Beside []Service
	// Compose is the file that they were found in.
	Compose string
}

// Service is a service of a compose file.
type Service struct{ Name, Image string }

// language is one that the package knows: how to tell it, and what of it a template needs.
type language struct {
	name string
	find func(fs.FS) (build any, port int, health string, ok bool)
	// ignore are lines for .dockerignore.
	ignore []string
}

// portWord stands in commands for the port that the app is to listen on.
const portWord = "$PORT"

// languages are in the order in which they are looked for: an app of Ruby or Python may have a package.json for its
// pages, and none of them has a go.mod by chance.
func languages() []language { return []language{golang(), ruby(), python(), node()} }

// Find looks at a directory.
func Find(fsys fs.FS) App {
	app := App{Context: ".", Ignore: exists(fsys, ".dockerignore")}
	app.dockerfiles(fsys)
	for _, l := range languages() {
		if app.Dockerfile != "" {
			break
		}
		if build, port, health, ok := l.find(fsys); ok {
			app.Language, app.Build, app.Port, app.Health = l.name, build, port, health
			break
		}
	}
	app.compose(fsys)
	return app
}

// dockerfiles looks for a Dockerfile in the directory, and else in those right below it.
func (a *App) dockerfiles(fsys fs.FS) {
	found := []string{}
	if exists(fsys, "Dockerfile") {
		found = append(found, ".")
	} else if entries, err := fs.ReadDir(fsys, "."); err == nil {
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && exists(fsys, path.Join(e.Name(), "Dockerfile")) {
				found = append(found, e.Name())
			}
		}
	}
	if len(found) == 0 {
		return
	}
	a.Dockerfile = "Dockerfile"
	if found[0] != "." {
		a.Context = "./" + found[0]
		a.Ignore = exists(fsys, path.Join(found[0], ".dockerignore"))
	}
	for _, dir := range found[1:] {
		a.More = append(a.More, path.Join(dir, "Dockerfile"))
	}
	text := read(fsys, path.Join(found[0], "Dockerfile"))
	a.Frontend = strings.TrimSpace(frontend.FindString(text))
	if facts, err := dockerfile.Look([]byte(text)); err == nil { // what is wrong with it, its build tells
		a.Port, a.Health, a.User = facts.Port, facts.Health, facts.User
	}
}

var frontend = regexp.MustCompile(`(?i)\A(?:#.*\n)*?#\s*syntax\s*=.*`)

// Name makes the name of a directory one that a recipe may have.
func Name(dir string) string {
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(dir), "-"), "-")
	name = strings.TrimLeft(name, "-0123456789")
	name = strings.Trim(name[:min(len(name), 40)], "-")
	if name == "" {
		return "app"
	}
	return name
}

func exists(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}

// read gives a file's text, empty for one that is not there or is no source: larger than a MiB.
func read(fsys fs.FS, name string) string {
	const most = 1 << 20
	info, err := fs.Stat(fsys, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > most {
		return ""
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return ""
	}
	return string(text)
}

// first is the first group of a pattern in a text, or else what is given.
func first(pattern, text, otherwise string) string {
	if found := regexp.MustCompile(pattern).FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return otherwise
}

// mentions tells whether one of several words is in a text, as a word.
func mentions(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return regexp.MustCompile(`(?im)(^|[^\w-])` + regexp.QuoteMeta(word) + `($|[^\w-])`).MatchString(text)
	})
}
