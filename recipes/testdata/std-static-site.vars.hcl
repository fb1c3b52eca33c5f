directory = "example/public"
