# Redis: a cache that forgets, or a store that keeps everything in a volume. Its
# memory is bounded, and the password is in files alone.

recipe {
  name     = "redis"
  requires = ">= 0.1"
}

locals {
  mib = parseint(regex("^[0-9]+", var.memory), 10) * (endswith(var.memory, "GiB") ? 1024 : 1)

  # While Redis writes a snapshot or rewrites its log, it has a second process that
  # shares its memory until one of them changes it. So a store needs room.
  share = var.persistent ? 0.6 : 0.8
}

volume "data" {
  enabled = var.persistent
  protect = true
}

service "main" {
  image    = var.image
  command  = ["redis-server", "/usr/local/etc/redis/redis.conf"]
  networks = var.networks

  # The image's own user. Its entry point would become it as well, and would need
  # the right to do so.
  user     = "${var.uid}:${var.uid}"
  cap_drop = ["ALL"]

  file "/usr/local/etc/redis/redis.conf" {
    content = templatefile("redis.conf.tftpl", {
      password   = var.password
      maxmemory  = floor(local.mib * local.share)
      policy     = var.eviction
      persistent = var.persistent
    })
    mode  = "0400"
    user  = var.uid
    group = var.uid
  }

  # For the health check, which would otherwise show it in the list of processes.
  file "/usr/local/etc/redis/password" {
    content = var.password
    mode    = "0400"
    user    = var.uid
    group   = var.uid
  }

  dynamic "mount" {
    for_each = var.persistent ? ["/data"] : []
    labels   = [mount.value]
    content {
      volume    = volume.data
      exclusive = true # two of them would write one log
    }
  }

  expose "redis" { port = 6379 }

  # PING is answered with an error while the data is still being loaded.
  health {
    exec          = ["sh", "-c", "REDISCLI_AUTH=$(cat /usr/local/etc/redis/password) redis-cli ping | grep -qx PONG"]
    timeout       = "3s"
    start_timeout = var.start_timeout
  }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = 64
  }

  # Enough for writing what is in memory to disk.
  stop { timeout = var.stop_timeout }
}
