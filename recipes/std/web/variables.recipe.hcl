variable "image" {
  description = "The image to run: an image block, or a reference such as \"ghcr.io/example/shop:1.4.2\""
  nullable    = false
}

variable "command" {
  type        = list(string)
  description = "The command's words, in place of the image's own"
  default     = null
}

variable "count" {
  type        = number
  description = "How many containers run side by side; with two, one may fail unnoticed"
  default     = 2
  nullable    = false

  validation {
    condition = var.count >= 1 && floor(var.count) == var.count
    error     = "A web app has one container or more."
  }
}

variable "env" {
  type        = map(string)
  description = "Environment variables by name; those whose values are sensitive stay secret"
  default     = {}
}

variable "files" {
  type = map(object({
    content = string
    mode    = optional(string, "0400")
    user    = optional(number, 0)
  }))
  description = "Files by their paths in the container: what they hold, their mode, and the number of the user who owns them, which is that of the app; sensitive contents stay secret"
  default     = {}
  nullable    = false
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "capabilities" {
  type        = list(string)
  description = "Kernel capabilities that the app cannot do without; all others are taken away"
  default     = []
}

variable "port" {
  type        = number
  description = "The port that the app listens on in its container"
  default     = 8080
  nullable    = false

  validation {
    condition = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error     = "A port is a whole number from 1 to 65535."
  }
}

variable "listen" {
  type        = number
  description = "The port of the engine's machine that clients connect to; null leaves the port to a block of yours, with a route to service.main.http"
  default     = 80
}

variable "host" {
  type        = string
  description = "The host name that clients ask for, such as \"shop.example.com\"; any without it"
  default     = null
}

variable "path" {
  type        = string
  description = "The path prefix that the app answers"
  default     = "/"
  nullable    = false

  validation {
    condition = can(regex("^/", var.path))
    error     = "A path begins with \"/\"."
  }
}

variable "health_path" {
  type        = string
  description = "The path that answers 200 as soon as the app can serve, and fails when it cannot"
  default     = "/up"
  nullable    = false

  validation {
    condition = can(regex("^/", var.health_path))
    error     = "A path begins with \"/\"."
  }
}

variable "start_timeout" {
  type        = string
  description = "How long a container may take from its start until it is healthy"
  default     = "60s"
  nullable    = false
}

variable "memory" {
  type        = string
  description = "The memory of one container"
  default     = "512MiB"
  nullable    = false

  validation {
    condition = can(regex("^[0-9]+(MiB|GiB)$", var.memory))
    error     = "Write memory as a whole number of MiB or GiB, such as \"512MiB\"."
  }
}

variable "cpus" {
  type        = number
  description = "The processors of one container, fractions allowed"
  default     = 1
  nullable    = false

  validation {
    condition = var.cpus > 0
    error     = "A container needs more than no processor."
  }
}

variable "before" {
  description = "Jobs that must have run before a new release starts, such as [job.migrate]"
  default     = []
  nullable    = false
}

variable "between" {
  description = "Jobs that must have run between the canary and all traffic, such as one that fills a new column"
  default     = []
  nullable    = false
}

variable "after" {
  description = "Jobs for when the release before has stopped, such as one that drops a column that only that one used"
  default     = []
  nullable    = false
}

variable "canary" {
  type = list(object({
    weight = number
    hold   = string
  }))
  description = "The stages before a new release gets all traffic: how many percent of it, and for how long; [] moves it at once"
  default     = [{ weight = 10, hold = "2m" }]
  nullable    = false

  validation {
    condition = alltrue([for stage in var.canary : stage.weight > 0 && stage.weight < 100])
    error     = "A canary gets more than 0 and less than 100 percent of the traffic."
  }
}

variable "drain_timeout" {
  type        = string
  description = "How long the old release may take to end the requests that it has"
  default     = "30s"
  nullable    = false
}

variable "stop_timeout" {
  type        = string
  description = "How long a container may take to end before it is killed"
  default     = "30s"
  nullable    = false
}

variable "retain" {
  type        = number
  description = "How many earlier releases are kept for a rollback"
  default     = 2
  nullable    = false
}
