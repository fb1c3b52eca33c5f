# All that a restart could mix up: replicas behind an HTTP and a TCP port, a
# worker that has a volume to itself, another app, and a release that is kept,
# stopped.

recipe { name = "shop" }

variable "release" {
  type    = string
  default = "r1"
}

# The worker's own, so that it can stay as it is while web is switched.
variable "worker" {
  type    = string
  default = "w2"
}

image "app" {
  from { image = "scratch" }
  workdir { path = "/" }
  copy {
    from = ["server", "page.html"]
    to   = "/"
  }
  entrypoint { exec = ["/server"] }
}

volume "data" {}

service "web" {
  image   = image.app
  command = ["serve"]
  count   = 2
  env = {
    RELEASE  = var.release
    TCP_PORT = "9000"
  }

  expose "http" { port = 8080 }
  expose "raw" { port = 9000 }

  health {
    http     = { port = "http", path = "/up" }
    interval = "100ms"
  }
  stop { timeout = "5s" }
}

# Its requests must never come to web, nor web's to it.
service "other" {
  image   = image.app
  command = ["serve"]
  env     = { RELEASE = "other" }

  expose "http" { port = 8080 }
}

service "worker" {
  image   = image.app
  command = ["worker"]
  env     = { RELEASE = var.worker }

  mount "/data" {
    volume    = volume.data
    exclusive = true
  }
  stop { timeout = "5s" }
}

port "web" {
  listen = 8000
  route { to = service.web.http }
}

port "raw" {
  listen = 8001
  mode   = "tcp"
  route { to = service.web.raw }
}

port "other" {
  listen = 8002
  route { to = service.other.http }
}

switchover "web" {
  services = [service.web]

  stage "canary" {
    weight = 10
    hold   = "1s"
  }
  stage "full" { weight = 100 }

  drain { timeout = "20s" }
  retain = 1
}
