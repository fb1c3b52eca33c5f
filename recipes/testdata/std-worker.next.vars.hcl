image = "ghcr.io/example/shop:1.4.2"
health = ["pgrep", "sidekiq"]
files = { "/etc/shop/token" = { content = "t", user = 1000 } }
