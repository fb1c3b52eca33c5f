# The app of notes.example.com. It shares the edge, and port 80, with the handbook.

recipe {
  name = "notes"
}

variable "listen" {
  type        = number
  description = "The port that both apps are reached at"
  default     = 80
}

image "web" {
  from { image = "node:24-bookworm-slim" }
  workdir { path = "/app" }
  env {
    vars = { NODE_ENV = "production" }
  }
  copy {
    from = ["package.json", "package-lock.json"]
    to   = "./"
  }
  run {
    exec = ["npm", "ci", "--omit=dev", "--ignore-scripts"]
    mount "cache" { target = "/root/.npm" }
  }
  copy {
    from = ["*.mjs"]
    to   = "./"
  }
  user { name = "node" }
  expose { ports = [8080] }
  cmd { exec = ["node", "server.mjs"] }
}

# Notes live in the memory of the one container, so that a release forgets them:
# a database is shown by the examples rails and django.
service "web" {
  image     = image.web
  init      = true # node as process 1 would ignore signals that it has no handler for
  read_only = true
  cap_drop  = ["ALL"]

  expose "http" { port = 8080 }
  health { http = { port = "http", path = "/up" } }

  limits {
    memory = "192MiB"
    cpus   = 0.5
    pids   = 64
  }
  stop { timeout = "10s" }
}

port "web" {
  listen = var.listen

  route {
    host = "notes.example.com"
    to   = service.web.http
  }
}

output "url" {
  description = "Where clients find the app"
  value       = "http://notes.example.com/"
}
