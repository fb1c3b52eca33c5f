# A background worker: it takes jobs from a queue and has no port. A new release
# starts beside the old one, which then ends the job that it is at.

recipe {
  name     = "worker"
  requires = ">= 0.1"
}

service "main" {
  image    = var.image
  count    = var.count
  command  = var.command
  env      = var.env
  networks = var.networks

  cap_drop = ["ALL"]
  cap_add  = var.capabilities
  tmpfs    = ["/tmp"]

  # Workers start processes of their own; an init reaps those they forget.
  init = true

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

  # Without one, a container is fit when it has run for a moment.
  dynamic "health" {
    for_each = var.health == null ? [] : [var.health]
    content {
      exec     = health.value
      interval = "10s"
      timeout  = "5s"
    }
  }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = 512
  }

  # Long enough for one job. What takes longer has to survive being killed
  # anyway, since machines fail, too.
  stop {
    signal  = var.stop_signal
    timeout = var.stop_timeout
  }
}
