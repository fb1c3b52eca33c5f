# The files of public/, at www.example.com.

recipe {
  name = "www"
}

variable "count" {
  type        = number
  description = "How many containers run side by side"
  default     = 1
}

use "site" {
  source    = "std/static-site"
  directory = "${path.module}/public"
  host      = "www.example.com"
  not_found = "/404.html"
  count     = var.count
}

output "url" { value = use.site.url }
