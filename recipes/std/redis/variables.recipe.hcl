variable "password" {
  type        = string
  description = "The password that clients give"
  sensitive   = true
  nullable    = false

  validation {
    condition = length(var.password) >= 16 && !can(regex("[\"\\\\[:cntrl:]]", var.password))
    error     = "Redis answers very many tries a second: take a password of 16 characters or more, on one line, without quotes and backslashes."
  }
}

variable "persistent" {
  type        = bool
  description = "Keeps everything in a protected volume; a cache does not need it"
  default     = false
  nullable    = false
}

variable "eviction" {
  type        = string
  description = "What Redis does when its memory is full; \"noeviction\" refuses writes, which queues need"
  default     = "allkeys-lru"
  nullable    = false

  validation {
    condition = contains([
      "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
      "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
    ], var.eviction)
    error = "The policies are noeviction, and allkeys- or volatile- with lru, lfu or random, and volatile-ttl."
  }
}

variable "memory" {
  type        = string
  description = "The memory of the container, of which Redis fills four fifths, or three where it is persistent"
  default     = "128MiB"
  nullable    = false

  validation {
    condition = can(regex("^[0-9]+(MiB|GiB)$", var.memory))
    error     = "Write memory as a whole number of MiB or GiB, such as \"128MiB\"."
  }
}

variable "cpus" {
  type        = number
  description = "The processors of the container, fractions allowed; Redis itself uses one"
  default     = 1
  nullable    = false
}

variable "image" {
  type        = string
  description = "Redis' image, or that of something like it, such as \"valkey/valkey:8.1\""
  default     = "redis:8.2-bookworm"
  nullable    = false
}

variable "uid" {
  type        = number
  description = "The number of the user and group redis in the image: 999 in those on Debian"
  default     = 999
  nullable    = false
}

variable "networks" {
  description = "The networks to join, as a list of network blocks; the recipe's default network without it"
  default     = null
}

variable "start_timeout" {
  type        = string
  description = "How long loading the data may take"
  default     = "60s"
  nullable    = false
}

variable "stop_timeout" {
  type        = string
  description = "How long writing the data may take"
  default     = "60s"
  nullable    = false
}
