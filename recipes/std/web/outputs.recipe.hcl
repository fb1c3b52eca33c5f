output "url" {
  description = "Where clients find the app; null where it has no port of its own"
  value       = var.listen == null ? null : "http://${coalesce(var.host, "localhost")}${var.listen == 80 ? "" : ":${var.listen}"}${var.path}"
}

output "name" {
  description = "The app's name on its networks, the same for every release"
  value       = service.main.name
}
