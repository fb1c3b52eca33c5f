variable "directory" {
  type        = string
  description = "The directory with the site's files, such as \"$${path.module}/public\"; .dockerignore in it is honoured"
  nullable    = false
}

variable "image" {
  type        = string
  description = "An nginx that runs without root and listens where it is told"
  default     = "nginxinc/nginx-unprivileged:1.28-alpine-slim"
  nullable    = false
}

variable "count" {
  type        = number
  description = "How many containers run side by side"
  default     = 1
  nullable    = false

  validation {
    condition = var.count >= 1 && floor(var.count) == var.count
    error     = "A site has one container or more."
  }
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "listen" {
  type        = number
  description = "The port of the engine's machine that clients connect to"
  default     = 80
  nullable    = false
}

variable "host" {
  type        = string
  description = "The host name that clients ask for, such as \"www.example.com\"; any without it"
  default     = null
}

variable "single_page" {
  type        = bool
  description = "Answers paths that are no file with index.html, for an app that routes in the browser"
  default     = false
  nullable    = false
}

variable "not_found" {
  type        = string
  description = "The page for what is not there, such as \"/404.html\"; nginx's own without it"
  default     = ""
  nullable    = false

  validation {
    condition = can(regex("^(/[A-Za-z0-9._/-]+)?$", var.not_found))
    error     = "A page is a path that begins with \"/\", such as \"/404.html\"."
  }
}

variable "immutable" {
  type        = string
  description = "A regular expression for the paths of files that browsers keep for a year, since their names change with them"
  default     = "[.-][0-9a-f]{8,}\\.(css|js|mjs|woff2|svg|png|jpg|webp|avif)$"
  nullable    = false

  validation {
    condition = can(regexall(var.immutable, "")) && !strcontains(var.immutable, "\"")
    error     = "Write a regular expression without quotes."
  }
}

variable "memory" {
  type        = string
  description = "The memory of one container"
  default     = "64MiB"
  nullable    = false

  validation {
    condition = can(regex("^[0-9]+(MiB|GiB)$", var.memory))
    error     = "Write memory as a whole number of MiB or GiB, such as \"64MiB\"."
  }
}
