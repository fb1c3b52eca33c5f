package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/cmd/internal/run"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// The directories of the recipes, below the run's own.
const (
	webDir  = "web"
	manyDir = "many"
)

// webRecipe is what the floor does, as a recipe. Neither side removes the stopped containers of earlier releases
// within a run.
func webRecipe() string {
	return fmt.Sprintf(`recipe { name = "%[1]s-web" }

variable "release" { type = string }
variable "port" { type = number }

service "web" {
  image = "%[2]s"
  env   = { RELEASE = var.release, BOOT = "%[3]s", STOP_TIMEOUT = "%[4]s" }

  expose "http" { port = 8080 }
  health {
    http     = { port = "http", path = "/up" }
    interval = "%[5]s"
  }
}

port "web" {
  listen = var.port
  route { to = service.web.http }
}

switchover "web" {
  services = [service.web]
  stage "full" { weight = 100 }
  drain { timeout = "%[6]s" }
  retain = 100
}
`, prefix, appImage, boot, stopTimeout, interval, drain)
}

// manyRecipe has so many services that nobody reaches from outside, of a release.
func manyRecipe(services, release int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "recipe { name = \"%s-many\" }\n", prefix)
	for n := range services {
		fmt.Fprintf(&b, "\nservice \"s%02d\" {\n  image   = \"%s\"\n  command = [\"worker\"]\n  env     = { TICK = \"1h\", RELEASE = \"%d\" }\n}\n", n, appImage, release)
	}
	return b.String()
}

func (b *bench) writeRecipes() error {
	for dir, text := range map[string]string{webDir: webRecipe(), manyDir: manyRecipe(manyServices, 0), heldDir: heldRecipe()} {
		path := filepath.Join(b.dir, dir)
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(path, "recipe.hcl"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// command is how recipe is run on one of the recipes: with an edge of the benchmark's own.
func (b *bench) command(dir string, env ...string) run.Command {
	env = append(env, "RECIPE_EDGE="+prefix+"-edge")
	return run.Command{Dir: filepath.Join(b.dir, dir), Env: append(env, stage.ProxyEnv(b.proxy)...)}
}

// destroy removes what recipe made, if anything.
func (b *bench) destroy(ctx context.Context, dir string) error {
	var said bytes.Buffer
	c := b.command(dir)
	c.Stdout, c.Stderr = &said, &said
	if err := c.Do(ctx, b.tool, "destroy", "--auto-approve"); err != nil {
		return fmt.Errorf("destroying %s: %w\n%s", dir, err, &said)
	}
	return nil
}

// ours deploys by recipe.
type ours struct {
	*bench
	port int
}

func (b *bench) newOurs() (*ours, error) {
	port, err := stage.FreePort(28000)
	return &ours{b, port}, err
}

func (o *ours) listen() int { return o.port }

func (o *ours) release(n int) string { return fmt.Sprintf("ours-%d", n) }

func (o *ours) web(n int) run.Command {
	return o.command(webDir, fmt.Sprintf("RECIPE_VAR_port=%d", o.port), "RECIPE_VAR_release="+o.release(n))
}

func (o *ours) deploy(ctx context.Context, n int) (cost, error) {
	return measured(ctx, o.web(n), o.tool, "apply", "--auto-approve")
}
