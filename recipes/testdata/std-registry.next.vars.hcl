memory = "512MiB"
delete = false
