# PostgreSQL: one primary, and as many streaming replicas as there are names for.
#
# Clients get a role that owns one database. The superuser has no password that
# anybody knows: it is reached through the server's socket alone, which only its own
# container and the job below see.

recipe {
  name     = "postgres"
  requires = ">= 0.1"
}

locals {
  mib = parseint(regex("^[0-9]+", var.memory), 10) * (endswith(var.memory, "GiB") ? 1024 : 1)

  # Empty while there are no replicas.
  replication = var.replication_password == null ? "" : var.replication_password

  settings = {
    connections = var.connections
    mib         = local.mib
    wal_keep    = var.wal_keep
    more        = var.settings
  }
  access = templatefile("pg_hba.conf.tftpl", { user = var.user, database = var.database })

  # Over TCP, since the server that the image starts for its first set-up
  # listens on the socket alone, and would look ready.
  ready = ["pg_isready", "--quiet", "--host=127.0.0.1", "--username=${var.user}", "--dbname=${var.database}"]
}

volume "primary" { protect = true }
volume "socket" {}

service "primary" {
  image    = var.image
  networks = var.networks
  user     = "${var.uid}:${var.uid}"
  cap_drop = ["ALL"]

  # The image wants a password for the superuser. Nobody needs to know it.
  entrypoint = ["sh", "-c", "POSTGRES_PASSWORD=$(head -c 32 /dev/urandom | base64) exec docker-entrypoint.sh \"$@\"", "sh"]
  command    = ["postgres", "-c", "config_file=/etc/postgresql/postgresql.conf"]

  env = {
    PGDATA               = "/var/lib/postgresql/data/pgdata"
    POSTGRES_INITDB_ARGS = var.initdb_args
  }

  file "/etc/postgresql/postgresql.conf" {
    content = templatefile("postgresql.conf.tftpl", merge(local.settings, { name = "primary", primary = "" }))
  }
  file "/etc/postgresql/pg_hba.conf" { content = local.access }

  # Two servers on one directory destroy it, so that the old one stops first.
  mount "/var/lib/postgresql/data" {
    volume    = volume.primary
    exclusive = true
  }
  mount "/var/run/postgresql" { volume = volume.socket }

  expose "postgres" { port = 5432 }

  health {
    exec          = local.ready
    interval      = "2s"
    timeout       = "5s"
    start_timeout = var.start_timeout # it may have to recover
  }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = var.connections + 100
  }
  shm_size = "${floor(local.mib / 4)}MiB" # parallel queries share memory through files here

  # SIGINT is the fast shutdown: transactions are taken back, and everything is
  # written. SIGTERM would wait until the last client has gone.
  stop {
    signal  = "SIGINT"
    timeout = var.stop_timeout
  }
}

# Makes the roles and the database, and gives the roles their passwords: again
# whenever one of them changes.
job "roles" {
  image      = var.image
  networks   = var.networks
  user       = "${var.uid}:${var.uid}"
  cap_drop   = ["ALL"]
  entrypoint = ["psql"]
  command    = ["--username=postgres", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=/etc/postgresql/roles.sql"]

  file "/etc/postgresql/roles.sql" {
    content = templatefile("roles.sql.tftpl", {
      user        = var.user
      database    = var.database
      password    = replace(var.password, "'", "''")
      replication = replace(local.replication, "'", "''")
      extensions  = sort(var.extensions)
    })
    mode  = "0400"
    user  = var.uid
    group = var.uid
  }

  mount "/var/run/postgresql" { volume = volume.socket }

  timeout    = "2m"
  depends_on = [service.primary]
}

# What a replica has can be copied from the primary again, so nothing protects it.
volume "replica" { for_each = var.replicas }

service "replica" {
  for_each   = var.replicas
  image      = var.image
  networks   = var.networks
  user       = "${var.uid}:${var.uid}"
  cap_drop   = ["ALL"]
  entrypoint = ["sh", "/etc/postgresql/replica.sh"]
  command    = ["postgres", "-c", "config_file=/etc/postgresql/postgresql.conf"]

  env = {
    PGDATA     = "/var/lib/postgresql/data/pgdata"
    PGPASSFILE = "/etc/postgresql/passwords"
    PRIMARY    = service.primary.name
    SLOT       = "replica_${each.key}"
  }

  file "/etc/postgresql/replica.sh" { content = file("replica.sh") }
  file "/etc/postgresql/postgresql.conf" {
    content = templatefile("postgresql.conf.tftpl", merge(local.settings, { name = each.key, primary = service.primary.name }))
  }
  file "/etc/postgresql/pg_hba.conf" { content = local.access }
  file "/etc/postgresql/passwords" {
    content = "*:*:replication:replicator:${replace(replace(local.replication, "\\", "\\\\"), ":", "\\:")}\n"
    mode    = "0400"
    user    = var.uid
    group   = var.uid
  }

  mount "/var/lib/postgresql/data" {
    volume    = volume.replica[each.key]
    exclusive = true
  }

  expose "postgres" { port = 5432 }

  health {
    exec          = local.ready
    interval      = "2s"
    timeout       = "5s"
    start_timeout = var.clone_timeout
  }

  limits {
    memory = var.memory
    cpus   = var.cpus
    pids   = var.connections + 100
  }
  shm_size = "${floor(local.mib / 4)}MiB"

  stop {
    signal  = "SIGINT"
    timeout = var.stop_timeout
  }

  depends_on = [job.roles]
}
