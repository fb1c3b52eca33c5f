output "url" {
  description = "Where clients find the site"
  value       = "http://${coalesce(var.host, "localhost")}${var.listen == 80 ? "" : ":${var.listen}"}/"
}
