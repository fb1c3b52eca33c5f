variable "password" {
  type        = string
  description = "The password of the role that clients use"
  sensitive   = true
  nullable    = false

  validation {
    condition = length(var.password) >= 16 && !can(regex("[[:cntrl:]]", var.password))
    error     = "Take a password of 16 characters or more, on one line."
  }
}

variable "user" {
  type        = string
  description = "The role that clients use: it owns the database, and is no superuser"
  default     = "app"
  nullable    = false

  validation {
    condition = can(regex("^[a-z_][a-z0-9_]{0,62}$", var.user)) && !contains(["postgres", "replicator"], var.user) && !startswith(var.user, "pg_")
    error     = "A role has lower-case letters, digits and _; postgres, replicator and all that begins with pg_ are taken."
  }
}

variable "database" {
  type        = string
  description = "The database that the role owns"
  default     = "app"
  nullable    = false

  validation {
    condition = can(regex("^[a-z_][a-z0-9_]{0,62}$", var.database)) && !contains(["postgres", "template0", "template1", "all", "replication", "sameuser", "samerole"], var.database)
    error     = "A database has lower-case letters, digits and _, and none of PostgreSQL's own names."
  }
}

variable "extensions" {
  type        = set(string)
  description = "The extensions that the database has, of those in the image"
  default     = []
  nullable    = false

  validation {
    condition = alltrue([for name in var.extensions : can(regex("^[a-z][a-z0-9_-]*$", name))])
    error     = "An extension's name has lower-case letters, digits, _ and -, such as \"pg_trgm\" or \"uuid-ossp\"."
  }
}

variable "replicas" {
  type        = set(string)
  description = "The names of the streaming replicas, such as [\"a\", \"b\"]; each has a volume and a replication slot of its own"
  default     = []
  nullable    = false

  validation {
    condition = length(var.replicas) == 0 || var.replication_password != null
    error     = "Replicas need a replication_password, with which they log in to the primary."
  }

  validation {
    condition = alltrue([for name in var.replicas : can(regex("^[a-z][a-z0-9]{0,30}$", name))])
    error     = "A replica's name begins with a letter, and has lower-case letters and digits only: it names a slot, too."
  }
}

variable "replication_password" {
  type        = string
  description = "The password with which replicas log in to the primary; needed for replicas alone"
  sensitive   = true
  default     = null

  validation {
    condition = var.replication_password == null || can(regex("^[^[:cntrl:]]{16,}$", var.replication_password))
    error     = "Take a password of 16 characters or more, on one line."
  }
}

variable "memory" {
  type        = string
  description = "The memory of one server, from which its caches are sized"
  default     = "512MiB"
  nullable    = false

  validation {
    condition = can(regex("^([1-9][0-9]{2,}MiB|[1-9][0-9]*GiB)$", var.memory))
    error     = "Write memory as a whole number of MiB or GiB, 100MiB or more, such as \"512MiB\"."
  }
}

variable "cpus" {
  type        = number
  description = "The processors of one server, fractions allowed"
  default     = 2
  nullable    = false
}

variable "connections" {
  type        = number
  description = "How many clients may be connected at once"
  default     = 100
  nullable    = false

  validation {
    condition = var.connections >= 10 && var.connections <= 1000 && floor(var.connections) == var.connections
    error     = "Take 10 to 1000 connections; for more clients, put a pooler in front."
  }
}

variable "settings" {
  type        = map(string)
  description = "Further settings of postgresql.conf by name"
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([for name, value in var.settings : can(regex("^[a-z_]+([.][a-z_]+)?$", name)) && !can(regex("[[:cntrl:]]", value))])
    error     = "A setting has lower-case letters and _ in its name, and a value of one line."
  }
}

variable "wal_keep" {
  type        = string
  description = "How much a replica may miss and still catch up; one that missed more is copied anew, when its volume is removed"
  default     = "4GB"
  nullable    = false

  validation {
    condition = can(regex("^[0-9]+(MB|GB)$", var.wal_keep))
    error     = "Write a size as PostgreSQL does, such as \"4GB\"."
  }
}

variable "initdb_args" {
  type        = string
  description = "How the data directory is made, once. The collation is one that no upgrade of the system's libraries changes"
  default     = "--data-checksums --encoding=UTF8 --locale=C.UTF-8"
  nullable    = false
}

variable "image" {
  type        = string
  description = "PostgreSQL's image. Another major version does not read the data of this one: it takes a dump and a restore, or pg_upgrade"
  default     = "postgres:17-bookworm"
  nullable    = false
}

variable "uid" {
  type        = number
  description = "The number of the user and group postgres in the image: 999 in those on Debian, 70 in those on Alpine"
  default     = 999
  nullable    = false
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "start_timeout" {
  type        = string
  description = "How long the primary may take to start, which includes recovering after a crash"
  default     = "5m"
  nullable    = false
}

variable "clone_timeout" {
  type        = string
  description = "How long a replica may take to start, which includes copying the primary the first time"
  default     = "1h"
  nullable    = false
}

variable "stop_timeout" {
  type        = string
  description = "How long a server may take to write everything and end"
  default     = "2m"
  nullable    = false
}
