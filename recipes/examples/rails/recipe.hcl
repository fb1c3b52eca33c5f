# A Rails app: puma behind a port, Sidekiq beside it, PostgreSQL with a replica,
# Redis for the queue, and migrations before each release.

recipe {
  name = "shop"
}

variable "host" {
  type        = string
  description = "The host name that clients ask for"
  default     = "localhost"
}

variable "listen" {
  type        = number
  description = "The port of the engine's machine that clients connect to"
  default     = 80
}

# Whatever prints a secret will do: a password manager, or a file that git-crypt or
# sops decrypts. They are asked for in plans and applies, and stored nowhere.
secret "database" { command = ["pass", "show", "shop/database"] }
secret "replication" { command = ["pass", "show", "shop/replication"] }
secret "redis" { command = ["pass", "show", "shop/redis"] }
secret "key" { command = ["pass", "show", "shop/secret_key_base"] }

locals {
  # What starts the app from any of its sides: web, worker and migrations.
  env = {
    RAILS_ENV       = "production"
    ALLOWED_HOSTS   = var.host
    DATABASE_URL    = use.db.url
    REDIS_URL       = use.queue.url
    SECRET_KEY_BASE = secret.key
    THREADS         = "5"
  }
}

image "app" {
  # Both stages start from this, so that they agree about Ruby.
  from {
    image = "ruby:3.4-slim-bookworm"
    as    = "base"
  }
  workdir { path = "/app" }
  env {
    vars = {
      BUNDLE_PATH    = "/bundle"
      BUNDLE_WITHOUT = "development:test"
    }
  }
  # The image's own clean-up would empty the caches that the mounts keep.
  run {
    shell = <<-EOT
      rm -f /etc/apt/apt.conf.d/docker-clean
      apt-get update
      apt-get install -y --no-install-recommends libjemalloc2 libpq5
    EOT
    mount "cache" {
      target  = "/var/cache/apt"
      sharing = "locked"
    }
    mount "cache" {
      target  = "/var/lib/apt"
      sharing = "locked"
    }
  }

  # Compilers and headers stay in this one.
  from {
    image = "base"
    as    = "build"
  }
  run {
    shell = <<-EOT
      apt-get update
      apt-get install -y --no-install-recommends build-essential libpq-dev libyaml-dev
    EOT
    mount "cache" {
      target  = "/var/cache/apt"
      sharing = "locked"
    }
    mount "cache" {
      target  = "/var/lib/apt"
      sharing = "locked"
    }
  }
  # Gems have a layer of their own, which stays while the code changes. The * lets
  # the image build before there is a lock file.
  copy {
    from = ["Gemfile", "Gemfile.loc*"]
    to   = "./"
  }
  env {
    vars = { BUNDLE_GLOBAL_GEM_CACHE = "true" } # in ~/.bundle/cache
  }
  run {
    shell = <<-EOT
      bundle install --jobs 4 --retry 3
      rm -rf /bundle/ruby/*/cache
    EOT
    mount "cache" { target = "/root/.bundle/cache" }
  }

  from { image = "base" }
  env {
    vars = { LD_PRELOAD = "libjemalloc.so.2" } # threads that allocate much waste less with it
  }
  copy {
    stage = "build"
    from  = ["/bundle"]
    to    = "/bundle"
  }
  copy {
    from = ["."]
    to   = "./"
  }
  copy {
    stage = "build"
    from  = ["/app/Gemfile.lock"]
    to    = "./"
  }
  # The app may write logs and temporary files, and none of its own code.
  run {
    shell = <<-EOT
      useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin app
      install -d -o app log tmp
    EOT
  }
  user { name = "10001" }
  expose { ports = [8080] }
  cmd { exec = ["bundle", "exec", "puma"] }
}

use "db" {
  source               = "std/postgres"
  user                 = "shop"
  database             = "shop"
  password             = secret.database
  replicas             = ["a"]
  replication_password = secret.replication
  memory               = "1GiB"
}

# A queue must keep what it was given, and refuse more rather than forget.
use "queue" {
  source     = "std/redis"
  password   = secret.redis
  persistent = true
  eviction   = "noeviction"
}

# Once per release, before the first container of it starts. The release before
# still runs then: a migration must leave it working, so add first, and remove in a
# later release.
job "migrate" {
  image      = image.app
  command    = ["bin/rails", "db:migrate"]
  env        = local.env
  cap_drop   = ["ALL"]
  timeout    = "15m"
  depends_on = [use.db]
}

use "web" {
  source        = "std/web"
  image         = image.app
  env           = local.env
  before        = [job.migrate]
  host          = var.host
  listen        = var.listen
  start_timeout = "90s"
  memory        = "768MiB"
  depends_on    = [use.queue]
}

use "worker" {
  source     = "std/worker"
  image      = image.app
  command    = ["bundle", "exec", "sidekiq"]
  env        = local.env
  memory     = "512MiB"
  depends_on = [job.migrate, use.queue]
}

output "url" {
  description = "Where clients find the app"
  value       = use.web.url
}
