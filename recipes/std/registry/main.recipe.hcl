# A private registry for images: Distribution with a volume, passwords, and
# deleting allowed. Only one container may have the volume, so that replacing it
# is an interruption; the plan says for how long at most.

recipe {
  name     = "registry"
  requires = ">= 0.1"
}

locals {
  config = {
    version = "0.1"
    log     = { level = "info", accesslog = { disabled = false } }
    storage = {
      filesystem = { rootdirectory = "/var/lib/registry" }
      delete     = { enabled = var.delete }
      cache      = { blobdescriptor = "inmemory" }
      # Uploads that nobody finished go after a week.
      maintenance = { uploadpurging = { enabled = true, age = "168h", interval = "24h", dryrun = false } }
    }
    http = {
      addr         = ":5000"
      relativeurls = true # whatever name and port clients reach it by
      draintimeout = "60s"
      headers      = { "X-Content-Type-Options" = ["nosniff"] }
    }
    auth = {
      htpasswd = { realm = var.realm, path = "/etc/distribution/htpasswd" }
    }
    health = {
      storagedriver = { enabled = true, interval = "10s", threshold = 3 }
    }
  }
}

volume "main" { protect = true }

service "main" {
  image    = var.image
  command  = ["/etc/distribution/config.yml"]
  networks = var.networks

  file "/etc/distribution/config.yml" { content = yamlencode(local.config) }
  file "/etc/distribution/htpasswd" {
    content = var.htpasswd
    mode    = "0400"
  }

  mount "/var/lib/registry" {
    volume = volume.main
    # Two registries on one directory do not see each other's uploads.
    exclusive = true
  }

  cap_drop = ["ALL"]

  expose "http" { port = 5000 }

  # "/" answers without a password; "/v2/" would ask for one.
  health { http = { port = "http", path = "/" } }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = 256
  }

  stop { timeout = "70s" } # longer than its own draintimeout
}

port "main" {
  listen  = var.listen
  address = var.address

  route {
    host = var.host
    path = "/"
    to   = service.main.http
  }
}

switchover "main" {
  services = [service.main]
  drain { timeout = "60s" }
  retain = 1
}
