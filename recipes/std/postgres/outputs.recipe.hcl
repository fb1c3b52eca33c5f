output "host" {
  description = "The name that clients connect to, at port 5432"
  value       = service.primary.name
}

output "url" {
  description = "What clients connect to, with role, password and database"
  # urlencode writes a space as forms do, which nobody reads back in a password.
  value     = "postgres://${var.user}:${replace(urlencode(var.password), "+", "%20")}@${service.primary.name}:5432/${var.database}"
  sensitive = true
}

output "replica_hosts" {
  description = "The names of the replicas, which answer queries and take no writes"
  value       = [for name in sort(var.replicas) : service.replica[name].name]
}

output "data" {
  description = "The volume that holds the primary's data"
  value       = volume.primary.name
}
