replicas             = ["a"]
replication_password = "staple-correct-horse"
extensions = ["pg_trgm"]
