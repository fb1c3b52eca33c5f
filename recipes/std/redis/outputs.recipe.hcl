output "host" {
  description = "The name that clients connect to, at port 6379"
  value       = service.main.name
}

output "url" {
  description = "What clients connect to, with the password"
  value       = "redis://:${urlencode(var.password)}@${service.main.name}:6379/0"
  sensitive   = true
}
