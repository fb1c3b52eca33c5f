# A small web app behind a port: two replicas, a short canary, and no request
# lost while a new release takes over.

recipe {
  name = "hello"
}

variable "release" {
  type        = string
  description = "What the app calls itself, in X-Release and on its page"
  default     = "dev"
}

variable "port" {
  type        = number
  description = "The port that the app is reached at"
  default     = 8080
}

image "web" {
  context = "."

  from { image = "scratch" }
  workdir { path = "/" }
  copy {
    from = ["server", "page.html"]
    to   = "/"
  }
  expose { ports = [8080] }
  entrypoint { exec = ["/server"] }
  cmd { exec = ["serve"] }
}

service "web" {
  image = image.web
  count = 2
  env   = { RELEASE = var.release }

  expose "http" { port = 8080 }

  health {
    http     = { port = "http", path = "/up" }
    interval = "100ms"
  }

  # Longer than the app's own STOP_TIMEOUT of 5 s, so that it is the app who
  # decides what to cut. Whatever is left by then has outlived the drain below.
  stop { timeout = "10s" }
}

port "web" {
  listen = var.port

  route { to = service.web.http }
}

switchover "web" {
  services = [service.web]

  stage "canary" {
    weight = 10
    hold   = "2s"
  }
  stage "full" { weight = 100 }

  drain { timeout = "10s" }
  retain = 2
}
