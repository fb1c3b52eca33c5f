# A web app behind a port: replicas, a health check, and a canary before each
# new release takes over.

recipe {
  name     = "web"
  requires = ">= 0.1"
}

service "main" {
  image    = var.image
  count    = var.count
  command  = var.command
  env      = var.env
  networks = var.networks

  # A web app needs none of the kernel's special rights: containers may listen on
  # any port, and it owns its files. Whatever it leaves in /tmp goes with it.
  cap_drop = ["ALL"]
  cap_add  = var.capabilities
  tmpfs    = ["/tmp"]
  init     = true

  dynamic "file" {
    for_each = var.files
    labels   = [file.key]
    content {
      content = file.value.content
      mode    = file.value.mode
      user    = file.value.user
      group   = file.value.user
    }
  }

  expose "http" { port = var.port }

  health {
    http          = { port = "http", path = var.health_path }
    start_timeout = var.start_timeout
  }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = 512
  }

  # The old release has drained before it is told to stop, so that this is for
  # what a request left behind: background threads, open connections to others.
  stop { timeout = var.stop_timeout }
}

port "main" {
  enabled = var.listen != null
  listen  = var.listen

  route {
    host = var.host
    path = var.path
    to   = service.main.http
  }
}

switchover "main" {
  services = [service.main]
  before   = var.before
  after    = var.after

  dynamic "stage" {
    for_each = var.canary
    labels   = ["${stage.value.weight} percent"]
    content {
      weight = stage.value.weight
      hold   = stage.value.hold
    }
  }
  stage "full" {
    before = var.between
    weight = 100
  }

  drain { timeout = var.drain_timeout }
  retain = var.retain
}
