# How this app deploys, on the simulator: recipe test

run "the first deployment brings database, queue, web and worker" {
  expect {
    outcome  = "applied"
    contains = ["job.migrate", "use.web.service.main"]
  }
}

run "migrations that fail keep the release before" {
  variables = { host = "shop.example.com" }
  app "migrate" { exit = 1 }
  expect {
    outcome     = "reverted"
    diagnostics = ["step-failed"]
  }
}

run "and a deployment loses no request" {
  variables = { host = "shop.example.com" }
  expect { outcome = "applied" }
}
