package docker

// Host is the engine's address, as DOCKER_HOST has it.
func (r *Reader) Host() string { return r.target.host }

// From says what named the engine, for messages: "DOCKER_HOST", "the default socket".
func (r *Reader) From() string { return r.target.from }
