package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// app is the recipe of the example app, as far as tests vary it.
type app struct {
	release string
	count   int
	env     map[string]string
	// page goes into the image, so that a change of it is one of the image.
	page string
	// stages are stage blocks, drain the drain's limit; without a limit there is no switchover block.
	stages, drain string
	retain        int
	// image, service, switchover and more are further lines of the image, the service, the switchover and the
	// file; edit changes the whole text.
	image, service, switchover, more string
	edit                             func(string) string
}

// standard is an app of two replicas that drains for 10 s at most.
func standard() app { return app{release: "r1", count: 2, drain: "10s", retain: 2} }

// with sets a variable of the container's environment.
func (a app) with(name, value string) app {
	a.env = maps.Clone(a.env)
	if a.env == nil {
		a.env = map[string]string{}
	}
	a.env[name] = value
	return a
}

// at gives another release.
func (a app) at(release string) app {
	a.release = release
	return a
}

// recipe writes the recipe of an app: HTTP at the recipe's port, an echo of raw bytes at its second one.
func (d *deploy) recipe(a app) {
	d.Helper()
	if a.page == "" {
		a.page = "page"
	}
	d.write("page.html", a.page)
	d.write(".dockerignore", "*\n!server\n!page.html\n")
	var env strings.Builder
	for _, name := range slices.Sorted(maps.Keys(a.env)) {
		fmt.Fprintf(&env, "    %s = %s\n", name, strconv.Quote(a.env[name]))
	}
	text := fmt.Sprintf(`recipe { name = %q }

image "web" {
  from { image = "scratch" }
  workdir { path = "/" }
  copy {
    from = ["server", "page.html"]
    to   = "/"
  }
  entrypoint { exec = ["/server"] }
%s}

service "web" {
  image = image.web
  count = %d
  env = {
    RELEASE  = %q
    TCP_PORT = "9000"
%s  }
  expose "http" { port = 8080 }
  expose "raw" { port = 9000 }
  health {
    http          = { port = "http", path = "/up" }
    interval      = "100ms"
    start_timeout = "20s"
  }
  stop { timeout = "10s" }
%s}

port "web" {
  listen = %d
  route { to = service.web.http }
}

port "raw" {
  listen = %d
  mode   = "tcp"
  route { to = service.web.raw }
}
`, d.name, a.image, a.count, a.release, &env, a.service, d.port, d.tcp)
	if a.drain != "" {
		text += fmt.Sprintf(`
switchover "web" {
  services = [service.web]
%s  drain { timeout = %q }
  retain = %d
%s}
`, a.stages, a.drain, a.retain, a.switchover)
	}
	text += a.more
	if a.edit != nil {
		text = a.edit(text)
	}
	d.write("recipe.hcl", text)
}
