# What a registry is promised, on the simulator: recipe test std/registry

variables {
  htpasswd = "anna:$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234\n"
}

run "it serves" {
  expect { outcome = "applied" }
}

run "another setting is an announced interruption" {
  variables = { delete = false }
  expect {
    outcome       = "applied"
    interruptions = 1
  }
}
