package docker

import (
	"errors"
	"fmt"
	"testing"

	"github.com/containerd/errdefs"
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

// What somebody else removed at the same moment is gone, as was wanted, whatever words the engine has for it.
func TestFailedRemoval(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		gone bool
	}{
		{nil, true},
		{fmt.Errorf("No such image: app: %w", errdefs.ErrNotFound), true},
		{errors.New("Error response from daemon: unrecognized image ID sha256:12"), true},
		{fmt.Errorf("image is being used by running container 7: %w", errdefs.ErrConflict), false},
		{errors.New("layer does not exist"), false},
	} {
		if err := failedRemoval(test.err, "removing"); (err == nil) != test.gone {
			t.Errorf("%v: got %v", test.err, err)
		}
	}
}
