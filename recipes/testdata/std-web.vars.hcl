image = "ghcr.io/example/shop:1.4.1"
host  = "shop.example.com"
