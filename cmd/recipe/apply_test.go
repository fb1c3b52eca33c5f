package main_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/eval/state"
)

const worker = `
recipe { name = "NAME" }
variable "release" { default = "one" }
variable "path" { default = "/" }
image "app" {
  from { image = "scratch" }
  copy {
    from = ["app"]
    to   = "/app"
  }
  entrypoint { exec = ["/app"] }
}
service "worker" {
  image   = image.app
  command = var.path == "/" ? ["serve", "8080"] : ["serve"]
  env     = { VERSION = var.release }
  expose "http" { port = 8080 }
  health {
    http          = { port = "http", path = var.path }
    interval      = "100ms"
    start_timeout = "90s"
  }
  stop { timeout = "2s" }
}
`

// A lock that somebody holds is told, with who does; one can wait for it.
func TestLock(t *testing.T) {
	t.Parallel()
	s := newStand(t, worker)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	held, err := helper.Open(ctx, s.engine, helper.Options{
		Recipe: state.Recipe{Name: s.name}, Host: true, Who: "anna@office", Binary: s.recipe,
	})
	need(t, err)
	s.wants(s.run(1, "apply", "--auto-approve"), "The recipe is locked", "anna@office", "--lock-timeout")
	s.wants(s.run(0, "status"), "Locked by anna@office")
	s.wants(s.run(0, "plan", "--out", "shop.plan"), "Locked: anna@office applies "+s.name+", since ", "+ service.worker")
	s.wants(s.run(0, "plan", "--json"), `"locked": {`, `"by": "anna@office"`, `"since": "20`, `"changes"`)
	s.wants(s.run(0, "plan", "--markdown"), "**Locked**: <code>anna&#64;office applies "+s.name+", since ", "<code>service.worker</code>")
	s.wants(s.atTerminal("plan"), "Locked: anna@office applies "+s.name+", since ")
	if text := s.run(0, "show", "shop.plan"); strings.Contains(text, "Locked") {
		t.Errorf("a saved plan tells of a lock of long ago:\n%s", text)
	}
	s.wants(s.run(1, "apply", "shop.plan"), "The recipe is locked", "anna@office")
	waiting := s.start(nil, "apply", "--auto-approve", "--lock-timeout", "1m")
	waiting.says("Waiting for the lock of " + s.name + ", held by anna@office")
	need(t, held.Close(ctx))
	s.wants(waiting.ends(0), "Applied in")
}

// A lock is not taken from somebody who is at work but by force, and then its holder finds out.
func TestUnlock(t *testing.T) {
	t.Parallel()
	s := newStand(t, worker)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s.wants(s.run(0, "unlock"), "Nobody holds the lock of "+s.name)
	held, err := helper.Open(ctx, s.engine, helper.Options{
		Recipe: state.Recipe{Name: s.name}, Host: true, Who: "anna@office", Binary: s.recipe,
	})
	need(t, err)
	need(t, held.Ready(ctx))
	s.wants(s.run(1, "unlock"), "The recipe is locked", "anna@office", "--force")
	need(t, held.Alive())
	s.wants(s.run(0, "unlock", "--force"), "was taken from anna@office")
	for held.Alive() == nil && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	if err := held.Alive(); !errors.Is(err, helper.ErrLockLost) {
		t.Errorf("the holder finds: %v", err)
	}
	s.run(0, "apply", "--auto-approve")
}

// The first Ctrl-C lets the steps in hand finish, the second one stops at once; the old release stays, and the
// next apply sees where things stand.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := newStand(t, worker)
	s.run(0, "apply", "--auto-approve")
	before := s.containers()
	p := s.start(nil, "apply", "--auto-approve", "--var", "path=/never")
	p.says("(0") // a step has ended
	need(t, p.cmd.Process.Signal(os.Interrupt))
	p.says("Interrupted: finishing the steps in hand")
	need(t, p.cmd.Process.Signal(os.Interrupt)) // the check would go on for a minute
	p.ends(1)
	s.run(0, "apply", "--auto-approve")
	if after := s.containers(); !slices.Equal(before, after) {
		t.Errorf("left %q of %q", after, before)
	}
	s.wants(s.run(0, "plan"), "No changes")
}

// A plan is carried out when somebody says so, and when it still is what was shown.
func TestApproval(t *testing.T) {
	t.Parallel()
	s := newStand(t, worker)
	keyboard, terminal := newTerminal(t)
	answer := func(p *process, text string) {
		t.Helper()
		p.says("[y/N]")
		_, err := keyboard.WriteString(text + "\n")
		need(t, err)
	}
	p := s.start(terminal, "apply")
	answer(p, "no")
	s.wants(p.ends(1), "Nothing was changed.")
	if left := s.containers(); len(left) > 0 {
		t.Errorf("a plan that was not approved left %q", left)
	}
	p = s.start(terminal, "apply")
	answer(p, "y")
	s.wants(p.ends(0), "Applied in")

	p = s.start(terminal, "apply", "--var", "release=two")
	p.says("[y/N]")
	s.run(0, "apply", "--auto-approve", "--var", "release=three")
	answer(p, "y")
	s.wants(p.ends(1), "The world moved", "Plan again")

	p = s.start(terminal, "apply", "--var", "release=two")
	p.says("[y/N]")
	need(t, p.cmd.Process.Signal(os.Interrupt))
	if out := p.ends(1); !strings.Contains(out, "Interrupted.") {
		t.Errorf("an interrupted question ends with:\n%s", out)
	}
}
