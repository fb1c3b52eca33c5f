package docker

import (
	"errors"
	"testing"
)

// Engines pass on what the Go library says of registries; how they asked is of no use to anybody.
func TestMessage(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		`Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: no such host`: "registry-1.docker.io: no such host",
		`Head "http://localhost:5000/v2/app/manifests/1": dial tcp 127.0.0.1:5000: connect: connection refused`:                                  "localhost:5000: connection refused",
		`Get "https://ghcr.io/v2/": context deadline exceeded`:                                                                                   "ghcr.io: context deadline exceeded",
		`manifest unknown`: "manifest unknown",
	} {
		if got := message(errors.New(said)); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", said, got, want)
		}
	}
}
