# What a worker is promised, on the simulator: recipe test std/worker

variables {
  image   = "ghcr.io/example/shop:1.4.1"
  command = ["bundle", "exec", "sidekiq"]
}

run "the first release runs" {
  expect {
    outcome = "applied"
    changes = { "service.main" = "create", "network.default" = "create" }
  }
}

run "a release that ends at once leaves the old one running" {
  variables = { image = "ghcr.io/example/shop:1.4.2" }
  app "main" {
    ends_after = "100ms"
    exit       = 1
  }
  expect { outcome = "reverted" }
}

run "the new release is up before the old one stops" {
  variables = { image = "ghcr.io/example/shop:1.4.3" }
  expect {
    outcome       = "applied"
    interruptions = 0
    contains      = ["start *", "wait for *", "stop *"]
  }
}

run "more memory restarts nothing" {
  variables = { image = "ghcr.io/example/shop:1.4.3", memory = "2GiB" }
  expect {
    outcome = "applied"
    changes = { "service.main" = "update" }
  }
}
