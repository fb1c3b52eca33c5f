image = "ghcr.io/example/shop:1.4.1"
command = ["bundle", "exec", "sidekiq"]
