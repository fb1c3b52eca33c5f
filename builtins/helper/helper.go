// Package helper brings recipe itself to an engine, and is how an apply reaches what only the engine's side
// can: the edge's sockets and files, containers that the operator's machine has no way to, the locks.
//
// The helper is the same static binary, run from an image FROM scratch that holds nothing else, and spoken to
// over the standard streams of its container, which the engine relays. So nothing is asked of anybody's image
// and a local socket, ssh and TLS are alike. The image is imported once a version; its tag is the binary's own
// build ID, so that a new build brings a new helper.
//
// The helper's container is also the recipe's lock. A container's name is the one thing that every engine
// gives away atomically, so whoever creates RECIPE-lock has the recipe, and since the helper runs in it the
// lock lives as long as the stream: a client that is killed ends the stream, the helper exits, the engine
// removes the container. A client that vanished without a word is missed by the helper after 15 s. So there is
// no lock that has to be broken by hand, save one whose client died between create and start, which the next
// one in line recognises and breaks.
//
// Creating the name takes some 30 ms and then the lock is held. Starting the container takes ten times as
// long, so that goes on in the background: calls wait for it, work that needs no helper does not. With
// Options.After it yields to an app's container for a moment, since an engine that starts two takes longer for each.
package helper

import (
	"context"
	"io"

	"github.com/deployrecipe/recipe/builtins/helper/internal/remote"
	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// The directories in which a helper reads and writes: its volumes' mount points.
const (
	EdgeDir   = wire.Edge   // the edge's volume
	RecordDir = wire.Record // the recipe's record
)

// Serve is the helper's own end: it answers a client on in and out until the client is gone. A client that
// was not heard for 15 s is an error.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	return remote.Server{}.Serve(ctx, in, out)
}
