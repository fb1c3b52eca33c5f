output "host" {
  description = "The name that clients connect to, at port 6379"
  value       = service.main.name
}

output "url" {
  description = "What clients connect to, with the password"
  # urlencode writes a space as forms do, which nobody reads back in a password.
  value     = "redis://:${replace(urlencode(var.password), "+", "%20")}@${service.main.name}:6379/0"
  sensitive = true
}
