# A Django app: gunicorn behind a port, PostgreSQL, and migrations before each
# release.

recipe {
  name = "guestbook"
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

# From the environment of whoever applies; a password manager's command would do
# as well, as in the example rails.
secret "database" { env = "GUESTBOOK_DATABASE_PASSWORD" }
secret "key" { env = "GUESTBOOK_SECRET_KEY" }

locals {
  env = {
    ALLOWED_HOSTS = var.host
    DATABASE_URL  = use.db.url
    SECRET_KEY    = secret.key
  }
}

image "app" {
  # What has compilers and caches is no part of what runs.
  from {
    image = "python:3.13-bookworm"
    as    = "build"
  }
  run { exec = ["python", "-m", "venv", "/venv"] }
  env {
    vars = { PATH = "/venv/bin:/usr/local/bin:/usr/bin:/bin" }
  }

  # Packages have a layer of their own, which stays while the code changes.
  copy {
    from = ["requirements.txt"]
    to   = "/tmp/"
  }
  run {
    exec = ["pip", "install", "--no-deps", "--requirement", "/tmp/requirements.txt"]
    mount "cache" { target = "/root/.cache/pip" }
  }

  from { image = "python:3.13-slim-bookworm" }
  run { exec = ["useradd", "--uid", "10001", "--no-create-home", "--shell", "/usr/sbin/nologin", "app"] }
  env {
    vars = {
      PATH                    = "/venv/bin:/usr/local/bin:/usr/bin:/bin"
      PYTHONUNBUFFERED        = "1" # log lines appear when they are written
      PYTHONDONTWRITEBYTECODE = "1"
    }
  }
  copy {
    stage = "build"
    from  = ["/venv"]
    to    = "/venv"
  }
  workdir { path = "/app" }
  copy {
    from = ["."]
    to   = "./"
  }
  # The key here signs nothing: the settings only want one to be there.
  run { shell = "SECRET_KEY=none python manage.py collectstatic --no-input" }
  user { name = "10001" }
  expose { ports = [8080] }
  cmd { exec = ["gunicorn", "--bind=:8080", "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm", "--graceful-timeout=20", "config.wsgi"] }
}

use "db" {
  source   = "std/postgres"
  user     = "guestbook"
  database = "guestbook"
  password = secret.database
}

# A release's migrations in three phases, each with its place in the switch, once per
# release. While both releases serve, the schema must suit both: see the README.

# Before the first new container starts: what the new release needs, and the old one
# does not mind.
job "expand" {
  image      = image.app
  command    = ["python", "manage.py", "phase", "expand"]
  env        = local.env
  cap_drop   = ["ALL"]
  timeout    = "10m"
  depends_on = [use.db]
}

# Once the canary has shown that the release is good.
job "fill" {
  image      = image.app
  command    = ["python", "manage.py", "phase", "fill"]
  env        = local.env
  cap_drop   = ["ALL"]
  timeout    = "10m"
  depends_on = [job.expand]
}

# When nothing of the old release runs any more.
job "contract" {
  image      = image.app
  command    = ["python", "manage.py", "phase", "contract"]
  env        = local.env
  cap_drop   = ["ALL"]
  timeout    = "10m"
  depends_on = [job.fill]
}

use "web" {
  source  = "std/web"
  image   = image.app
  env     = local.env
  before  = [job.expand]
  between = [job.fill]
  after   = [job.contract]
  host    = var.host
  listen  = var.listen
}

output "url" {
  description = "Where clients find the app"
  value       = use.web.url
}
