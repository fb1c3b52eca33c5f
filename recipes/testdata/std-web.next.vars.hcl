image = "ghcr.io/example/shop:1.4.2"
