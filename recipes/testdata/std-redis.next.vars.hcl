memory = "1GiB"
persistent = true
eviction = "noeviction"
