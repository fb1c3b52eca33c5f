replicas             = ["a"]
replication_password = "staple-correct-horse"
