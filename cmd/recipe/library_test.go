package main_test

import (
	"testing"
)

// A web app and a worker of the shared library on a real engine: the first release, the next one with its canary,
// and nothing left to do.
func TestLibraryWeb(t *testing.T) {
	t.Parallel()
	s := newStand(t, `
recipe { name = "NAME" }
variable "release" { default = "one" }
image "app" {
  from { image = "scratch" }
  copy {
    from = ["app"]
    to   = "/app"
  }
  entrypoint { exec = ["/app"] }
}
use "web" {
  source      = "std/web"
  image       = image.app
  command     = ["serve", "8080"]
  env         = { VERSION = var.release }
  listen      = PORT
  health_path = "/"
  canary      = [{ weight = 50, hold = "200ms" }]
}
use "worker" {
  source       = "std/worker"
  image        = image.app
  command      = ["serve", "8080"]
  env          = { VERSION = var.release }
  stop_timeout = "2s"
}
output "url" { value = use.web.url }
`)
	s.wants(s.run(0, "apply", "--auto-approve"), "Applied in", "http://localhost:")
	s.wants(s.run(0, "apply", "--auto-approve", "--var", "release=two"), `stage "50 percent": 50% of the traffic`, "Applied in")
	s.wants(s.run(0, "plan", "--var", "release=two"), "No changes")
}
