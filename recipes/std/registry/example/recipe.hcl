# A registry for this machine alone, at localhost:5000.

recipe {
  name = "registry"
}

# Lines that "htpasswd -nB NAME" writes.
secret "users" { file = "registry.htpasswd" }

variable "memory" {
  type        = string
  description = "The memory of the registry"
  default     = "256MiB"
}

use "images" {
  source   = "std/registry"
  htpasswd = secret.users
  memory   = var.memory
}

output "address" { value = use.images.address }
