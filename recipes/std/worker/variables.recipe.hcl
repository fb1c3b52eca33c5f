variable "image" {
  description = "The image to run: an image block, or a reference such as \"ghcr.io/example/shop:1.4.2\""
  nullable    = false
}

variable "command" {
  type        = list(string)
  description = "The command's words, such as [\"bundle\", \"exec\", \"sidekiq\"]"
  nullable    = false

  validation {
    condition = length(var.command) > 0
    error     = "A worker needs a command: without one it would run what the image runs for the web."
  }
}

variable "count" {
  type        = number
  description = "How many containers run side by side"
  default     = 1
  nullable    = false

  validation {
    condition = var.count >= 0 && floor(var.count) == var.count
    error     = "The number of containers is 0 or a whole number above."
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
  description = "Files by their paths in the container: what they hold, their mode, and the number of the user who owns them, which is that of the worker; sensitive contents stay secret"
  default     = {}
  nullable    = false
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "capabilities" {
  type        = list(string)
  description = "Kernel capabilities that the worker cannot do without; all others are taken away"
  default     = []
}

variable "health" {
  type        = list(string)
  description = "A command in the container that ends with 0 while the worker is well; without it, running is enough"
  default     = null
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

variable "stop_signal" {
  type        = string
  description = "The signal that asks the worker to finish its job and end"
  default     = "SIGTERM"
  nullable    = false
}

variable "stop_timeout" {
  type        = string
  description = "How long the job at hand may take before the worker is killed"
  default     = "2m"
  nullable    = false
}
