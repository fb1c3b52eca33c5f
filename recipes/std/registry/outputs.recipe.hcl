output "address" {
  description = "What comes before an image's name: docker push ADDRESS/NAME:TAG"
  value       = "${coalesce(var.host, "localhost")}:${var.listen}"
}

output "data" {
  description = "The volume that holds the images"
  value       = volume.main.name
}
