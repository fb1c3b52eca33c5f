output "name" {
  description = "The worker's name on its networks, the same for every release"
  value       = service.main.name
}
