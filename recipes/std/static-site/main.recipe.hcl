# A static site: a directory of files in an image of nginx that runs without
# root. A change of any file is a new release, and the old one serves until the
# new one answers.

recipe {
  name     = "static-site"
  requires = ">= 0.1"
}

image "main" {
  context = var.directory

  from { image = var.image }
  copy {
    from  = ["."]
    to    = "/usr/share/nginx/html/"
    chown = "root:root"
  }
}

service "main" {
  image    = image.main
  count    = var.count
  networks = var.networks

  file "/etc/nginx/conf.d/default.conf" {
    content = templatefile("nginx.conf.tftpl", {
      fallback  = var.single_page ? "/index.html" : "=404"
      not_found = var.not_found
      immutable = var.immutable
    })
  }

  cap_drop = ["ALL"]
  tmpfs    = ["/tmp"]

  expose "http" { port = 8080 }
  health { http = { port = "http", path = "/-/up" } }

  limits {
    memory = var.memory
    cpus   = 0.5
    pids   = 64
  }

  # nginx ends at once on SIGTERM, and after its last answer on SIGQUIT.
  stop {
    signal  = "SIGQUIT"
    timeout = "30s"
  }
}

port "main" {
  listen = var.listen

  route {
    host = var.host
    path = "/"
    to   = service.main.http
  }
}

switchover "main" {
  services = [service.main]
  drain { timeout = "30s" }
  retain = 2
}
