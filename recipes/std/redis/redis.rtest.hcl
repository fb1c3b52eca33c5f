# What a Redis is promised, on the simulator: recipe test std/redis

variables {
  password   = "correct-horse-battery"
  persistent = true
  eviction   = "noeviction"
}

run "it comes up" {
  expect { outcome = "applied" }
}

run "a change interrupts it, since two would write one log" {
  variables = { memory = "1GiB", password = "another-correct-horse" }
  expect {
    outcome       = "applied"
    interruptions = 1
    contains      = ["stop *", "start *"]
  }
}
