# A cache that forgets what is used least, and a queue that keeps everything.

recipe {
  name = "shop"
}

secret "redis" { env = "REDIS_PASSWORD" }

variable "memory" {
  type        = string
  description = "The memory of the cache"
  default     = "128MiB"
}

use "cache" {
  source   = "std/redis"
  password = secret.redis
  memory   = var.memory
}

use "queue" {
  source     = "std/redis"
  password   = secret.redis
  persistent = true
  eviction   = "noeviction"
}

service "app" {
  image = "ghcr.io/example/shop:1.4.1"
  env = {
    CACHE_URL = use.cache.url
    QUEUE_URL = use.queue.url
  }
  depends_on = [use.cache, use.queue]
}
