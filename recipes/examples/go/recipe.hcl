# A Go app: a static binary in an image with nothing else, two replicas, a canary.

recipe {
  name = "clock"
}

variable "release" {
  type        = string
  description = "What the program calls itself in its log, such as a git revision"
  default     = "dev"

  validation {
    condition = can(regex("^[A-Za-z0-9._-]+$", var.release))
    error     = "A release has letters, digits, dots, dashes and underscores only."
  }
}

variable "host" {
  type        = string
  description = "The host name that clients ask for; any without it"
  default     = null
}

variable "port" {
  type        = number
  description = "The port of the engine's machine that clients connect to"
  default     = 80
}

variable "toolchain" {
  type        = string
  description = "The image with the Go toolchain"
  default     = "golang:1.26-bookworm"
}

image "web" {
  args = { RELEASE = var.release }

  from {
    image = var.toolchain
    as    = "build"
  }
  workdir { path = "/src" }
  env {
    vars = { CGO_ENABLED = "0", GOFLAGS = "-trimpath" }
  }

  # Modules first: their layer stays while the code changes.
  copy {
    from = ["go.*"]
    to   = "./"
  }
  run {
    exec = ["go", "mod", "download"]
    mount "cache" { target = "/go/pkg/mod" }
  }

  # Cache mounts outlive builds, so that only packages that changed are compiled.
  # The time zones are compiled in: an empty image has none.
  copy {
    from = ["."]
    to   = "./"
  }
  run {
    shell = "go build -tags timetzdata -ldflags \"-s -w -X main.release=$RELEASE\" -o /out/clock ."
    mount "cache" { target = "/go/pkg/mod" }
    mount "cache" { target = "/root/.cache/go-build" }
  }

  # No shell, no package manager, no root: nothing that the program does not need.
  from { image = "scratch" }
  copy {
    stage = "build"
    from  = ["/etc/ssl/certs/ca-certificates.crt"]
    to    = "/etc/ssl/certs/"
  }
  copy {
    stage = "build"
    from  = ["/out/clock"]
    to    = "/clock"
  }
  user { name = "65532:65532" }
  expose { ports = [8080] }
  entrypoint { exec = ["/clock"] }
}

service "web" {
  image     = image.web
  count     = 2
  read_only = true
  cap_drop  = ["ALL"]

  # Go sizes its heap by this and knows nothing of the limit below.
  env = { GOMEMLIMIT = "100MiB" }

  expose "http" { port = 8080 }

  health {
    http     = { port = "http", path = "/up" }
    interval = "500ms"
  }

  limits {
    memory = "128MiB"
    cpus   = 1
    pids   = 64
  }

  stop { timeout = "15s" } # longer than the program's own grace
}

port "web" {
  listen = var.port

  route {
    host = var.host
    to   = service.web.http
  }
}

switchover "web" {
  services = [service.web]

  stage "canary" {
    weight = 10
    hold   = "1m"
  }
  stage "full" { weight = 100 }

  drain { timeout = "30s" }
  retain = 2
}

output "url" {
  description = "Where clients find the app"
  value       = "http://${coalesce(var.host, "localhost")}${var.port == 80 ? "" : ":${var.port}"}/"
}
