release = "two"
