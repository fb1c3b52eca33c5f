# What a database is promised, on the simulator: recipe test std/postgres

variables {
  password             = "correct-horse-battery"
  replication_password = "staple-correct-horse"
  replicas             = ["a"]
}

run "primary and replica come up" {
  expect {
    outcome  = "applied"
    contains = ["service.primary", "job.roles"]
  }
}

run "another password stops no server" {
  variables = { password = "quite-another-one" }
  expect {
    outcome       = "applied"
    changes       = { "job.roles" = "run" }
    interruptions = 0
  }
}

run "servers that change are replaced, never two on one volume" {
  variables = { password = "quite-another-one", connections = 300 }
  expect {
    outcome = "applied"
    changes = { "service.primary" = "replace", "service.replica[\"a\"]" = "replace" }
  }
  assert {
    condition = length([for step in run.steps : step if startswith(step, "service.primary/stop/")]) == 1
    error     = "The old primary must stop before the new one starts: ${join(", ", run.steps)}"
  }
}

run "a primary that does not come up gives way to the one before" {
  variables = { password = "quite-another-one", connections = 400 }
  app "primary" { healthy = false }
  expect {
    outcome     = "reverted"
    diagnostics = ["step-failed"]
  }
}

run "a destroy keeps the data" {
  command = "destroy"
  expect { outcome = "applied" }
  assert {
    condition = !contains(keys(run.changes), "volume.primary")
    error     = "The volume must stay."
  }
}
