# What a static site is promised, on the simulator: recipe test std/static-site

variables { directory = "example/public" }

run "it is built and serves" {
  expect {
    outcome  = "applied"
    contains = ["image.main*", "start *"]
  }
}

run "a new setting takes over without a gap" {
  variables = { single_page = true }
  expect {
    outcome       = "applied"
    interruptions = 0
    changes       = { "service.main" = "replace" }
  }
}
