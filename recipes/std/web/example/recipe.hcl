# A web app from an image that somebody else builds, with migrations before each
# release.

recipe {
  name = "shop"
}

variable "release" {
  type        = string
  description = "The image's tag to deploy"
  default     = "1.4.1"
}

secret "database_url" { env = "DATABASE_URL" }

image "app" { pull = "ghcr.io/example/shop:${var.release}" }

locals {
  env = { DATABASE_URL = secret.database_url }
}

job "migrate" {
  image   = image.app
  command = ["bin/migrate"]
  env     = local.env
}

use "web" {
  source = "std/web"
  image  = image.app
  env    = local.env
  before = [job.migrate]
  host   = "shop.example.com"
  canary = [{ weight = 5, hold = "5m" }, { weight = 50, hold = "1m" }]
}

output "url" { value = use.web.url }
