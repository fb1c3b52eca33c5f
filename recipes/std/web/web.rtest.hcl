# What a web app is promised, on the simulator: recipe test std/web

variables {
  image  = "ghcr.io/example/shop:1.4.1"
  canary = [{ weight = 10, hold = "30m" }]
}

run "the first release serves" {
  expect {
    outcome = "applied"
    at_most = "1m"
    outputs = { url = "http://localhost/" }
  }
}

run "the same again changes nothing" {
  expect { outcome = "unchanged" }
}

run "a release that is not healthy never gets a request" {
  variables = { image = "ghcr.io/example/shop:1.4.2" }
  app "main" { status = 500 }
  expect {
    outcome       = "reverted"
    interruptions = 0
    diagnostics   = ["step-failed"]
  }
}

run "a canary that dies gives its share back" {
  variables = { image = "ghcr.io/example/shop:1.4.3" }
  app "main" {
    ends_after = "10m"
    exit       = 137
  }
  # What the dying containers had in hand is lost, of a tenth of the traffic; nothing after that.
  expect {
    outcome       = "reverted"
    lost_requests = 5
    at_least      = "10m"
    at_most       = "11m"
  }
}

run "whoever deploys may be cut off halfway" {
  variables = { image = "ghcr.io/example/shop:1.4.4" }
  fault "*hold stage*" { kind = "crash" }
  expect { outcome = "killed" }
}

run "and the next apply goes on" {
  variables = { image = "ghcr.io/example/shop:1.4.4" }
  expect {
    outcome  = "applied"
    at_least = "30m"
    contains = ["hold stage*", "stage \"full\"*", "stop *"]
  }
}

run "more replicas restart nothing" {
  variables = { image = "ghcr.io/example/shop:1.4.4", count = 3 }
  expect {
    outcome = "applied"
    changes = { "service.main" = "update" }
  }
}
