package haproxy

import (
	"context"
	"net/netip"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Socket names one of HAProxy's two sockets.
type Socket string

// The sockets.
const (
	Admin  Socket = "admin"  // the current worker's
	Master Socket = "master" // the master's, which reaches every worker
)

// Host is the machine where HAProxy runs, as far as the driver needs it. Paths are relative to the edge's
// directory and written with slashes.
type Host interface {
	// ReadFiles reads every file below cfg and maps. A directory that is not there has none.
	ReadFiles(context.Context) (map[string][]byte, error)
	// WriteFiles replaces files, each at once and durably, then removes others, for which being absent is
	// no error. Backends are written before maps and maps before frontends, and removed after them, so that
	// whatever a crash leaves can be loaded.
	WriteFiles(ctx context.Context, write map[string][]byte, remove []string) error
	// ReadKeys reads a recipe's files below keys, which ReadFiles does not. WriteKeys replaces some, each at once and
	// durably and for no other account to read, and removes others.
	ReadKeys(ctx context.Context, recipe string) (map[string][]byte, error)
	WriteKeys(ctx context.Context, write map[string][]byte, remove []string) error
	// Command sends one line, several commands joined by semicolons, or a command with its payload, over a connection of its own, and
	// returns all that came back. Nobody listening is proxy.ErrAbsent.
	Command(ctx context.Context, socket Socket, line string) (string, error)
	// Check has HAProxy read the files, standing in for the edge's own, without starting. It returns what
	// HAProxy said, and proxy.ErrRefused where it would not start.
	Check(ctx context.Context, files map[string][]byte) (output string, err error)
	// Reload asks the master to start a new worker. That the request arrived is enough.
	Reload(context.Context) error
	// Lock excludes every other process that changes the edge, and waits for it. The lock ends with its
	// owner, however that dies.
	Lock(context.Context) (unlock func() error, err error)
	// Log tells what HAProxy wrote to its outputs, line by line: those that were written since a time, and with Follow
	// those that come until ctx ends, which is no error then. Not all machines tell the time exactly.
	Log(ctx context.Context, q proxy.LogQuery, each func(line []byte) error) error
	// Now is the time by the host's clock.
	Now(context.Context) (time.Time, error)
	// Listeners are the addresses on which TCP is listened, those of HAProxy included. Where the host
	// cannot know, it is errors.ErrUnsupported.
	Listeners(context.Context) ([]netip.AddrPort, error)
}
