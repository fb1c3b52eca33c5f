# The site of handbook.example.com. It shares the edge, and port 80, with the notes.

recipe {
  name = "handbook"
}

variable "listen" {
  type        = number
  description = "The port that both apps are reached at"
  default     = 80
}

image "web" {
  context = "site"

  from { image = "nginxinc/nginx-unprivileged:1.28-alpine-slim" }
  copy {
    from = ["."]
    to   = "/usr/share/nginx/html/"
  }
}

service "web" {
  image    = image.web
  count    = 2
  cap_drop = ["ALL"]
  tmpfs    = ["/tmp"]

  expose "http" { port = 8080 }
  health { http = { port = "http", path = "/" } }

  limits {
    memory = "64MiB"
    cpus   = 0.5
    pids   = 64
  }
  stop {
    signal  = "SIGQUIT" # after its last answer
    timeout = "30s"
  }
}

port "web" {
  listen = var.listen

  route {
    host = "handbook.example.com"
    to   = service.web.http
  }
}

output "url" {
  description = "Where clients find the site"
  value       = "http://handbook.example.com/"
}
