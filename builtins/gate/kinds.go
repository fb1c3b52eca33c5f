package gate

// Kinds are the kinds of gates, in the order of the reference.
func Kinds() []Kind {
	return []Kind{
		httpKind{},
		tcpKind{},
		execKind{},
		commandKind{},
		errorsKind{},
		latencyKind{},
		sqlKind{},
		replicationKind{},
		zookeeperKind{},
		manualKind{},
	}
}

// Find returns the kind of a name, nil where there is none.
func Find(name string) Kind {
	for _, k := range Kinds() {
		if k.Name() == name {
			return k
		}
	}
	return nil
}
