# How this app deploys, on the simulator: recipe test

run "the first release serves" {
  variables = { release = "one" }
  expect { outcome = "applied" }
}

run "a release that does not answer is taken back" {
  variables = { release = "two" }
  app "web" { status = 503 }
  expect { outcome = "reverted" }
}

run "one that does takes over" {
  variables = { release = "two" }
  expect {
    outcome       = "applied"
    interruptions = 0
  }
}
