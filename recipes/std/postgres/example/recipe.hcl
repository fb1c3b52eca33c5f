# A database with two replicas, and an app that reads from one of them.

recipe {
  name = "shop"
}

secret "database" { env = "DATABASE_PASSWORD" }
secret "replication" { env = "REPLICATION_PASSWORD" }

variable "replicas" {
  type        = set(string)
  description = "The names of the replicas"
  default     = ["a"]
}

use "db" {
  source               = "std/postgres"
  database             = "shop"
  user                 = "shop"
  password             = secret.database
  replicas             = var.replicas
  replication_password = secret.replication
  memory               = "2GiB"
  settings             = { idle_in_transaction_session_timeout = "5min" }
}

service "reports" {
  image = "ghcr.io/example/reports:2.0.3"
  env = {
    DATABASE_URL = use.db.url
    READ_FROM    = join(",", use.db.replica_hosts)
  }
  depends_on = [use.db]
}
