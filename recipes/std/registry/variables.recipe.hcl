variable "htpasswd" {
  type        = string
  description = "Who may push and pull: lines of NAME:HASH with bcrypt hashes, as \"htpasswd -nB NAME\" writes them"
  sensitive   = true
  nullable    = false

  validation {
    condition = can(regex("^([^:\n]+:\\$2[aby]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}\n?)+$", var.htpasswd))
    error     = "Each line is a name, a colon and a bcrypt hash; the registry takes no other hashes. \"htpasswd -nB NAME\" writes such a line."
  }
}

variable "image" {
  type        = string
  description = "Distribution's image, of version 3"
  default     = "registry:3"
  nullable    = false
}

variable "listen" {
  type        = number
  description = "The port of the engine's machine that clients connect to"
  default     = 5000
  nullable    = false
}

variable "address" {
  type        = string
  description = "The address to listen on. Clients send their passwords in every request: listen on more than this machine only behind something that speaks TLS"
  default     = "127.0.0.1"
}

variable "host" {
  type        = string
  description = "The host name that clients ask for; any without it"
  default     = null
}

variable "realm" {
  type        = string
  description = "What clients are told that they log in to"
  default     = "registry"
  nullable    = false
}

variable "delete" {
  type        = bool
  description = "Lets clients delete images; \"registry garbage-collect\" then frees the space"
  default     = true
  nullable    = false
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "memory" {
  type        = string
  description = "The memory of the registry"
  default     = "256MiB"
  nullable    = false

  validation {
    condition = can(regex("^[0-9]+(MiB|GiB)$", var.memory))
    error     = "Write memory as a whole number of MiB or GiB, such as \"256MiB\"."
  }
}

variable "cpus" {
  type        = number
  description = "The processors of the registry, fractions allowed"
  default     = 1
  nullable    = false
}
