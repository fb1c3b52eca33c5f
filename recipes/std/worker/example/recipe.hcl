# A worker that takes jobs from a queue, three of them side by side.

recipe {
  name = "shop"
}

variable "release" {
  type        = string
  description = "The image's tag to deploy"
  default     = "1.4.1"
}

secret "queue" { env = "QUEUE_URL" }

use "worker" {
  source       = "std/worker"
  image        = "ghcr.io/example/shop:${var.release}"
  command      = ["bundle", "exec", "sidekiq"]
  count        = 3
  env          = { REDIS_URL = secret.queue }
  stop_timeout = "5m" # its longest job
}
