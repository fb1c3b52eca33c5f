package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// callError is a request that got no answer. It hides the network's own error from the client library, which
// would replace it by a text of its own, and carries what the contract calls it.
type callError struct {
	kind  error // one of the engine package's errors
	text  string
	cause error // the context's error, where it ended the request
}

func (e *callError) Error() string { return e.kind.Error() + ": " + e.text }

func (e *callError) Unwrap() []error {
	if e.cause != nil {
		return []error{e.kind, e.cause}
	}
	return []error{e.kind}
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// unreachable says what to do about an engine that cannot be spoken to at all. Its words keep clear of those by
// which the client library knows, and replaces, network errors.
func unreachable(t target, err error) error {
	var call *callError
	if errors.As(err, &call) && errors.Is(call.kind, engine.ErrUnreachable) {
		return call
	}
	text, remote := err.Error(), !strings.HasPrefix(t.host, "unix://") && !strings.HasPrefix(t.host, "npipe://")
	switch {
	case errors.Is(err, os.ErrPermission):
		text = "no permission: add your user to the docker group (sudo usermod -aG docker $USER, then log in again), or run as root"
	case errors.Is(err, os.ErrNotExist):
		text = "no such socket: is Docker installed and started (sudo systemctl start docker)? Else set DOCKER_HOST or choose a docker context"
	case errors.Is(err, context.DeadlineExceeded):
		text = "it took too long: is the address right, and does a firewall let it through?"
	case asDNS(err):
		text = "there is no machine of that name: check the address, which is written tcp://HOST:PORT or ssh://USER@HOST"
	case strings.HasPrefix(t.host, "ssh://"):
		text = fmt.Sprintf("%s: check that \"ssh %s docker version\" works", sshSays(err), strings.TrimPrefix(t.host, "ssh://"))
	case remote && isDial(err):
		text = "nobody listens there: check the port, start Docker there, and have it listen to TCP"
	case remote:
		text = "is the address right, and is Docker started there? " + plain(err)
	case isDial(err):
		text = "nobody listens: start Docker (sudo systemctl start docker), or set DOCKER_HOST or choose a docker context"
	}
	return &callError{kind: engine.ErrUnreachable, text: fmt.Sprintf("%s (from %s): %s", t.host, t.from, text)}
}

func asDNS(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// sshSays is the last that ssh wrote, which the client library puts at the end of an error of its own.
func sshSays(err error) string {
	_, said, found := strings.Cut(err.Error(), "stderr=")
	lines := strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '\r' })
	if !found || len(lines) == 0 {
		return "ssh cannot connect"
	}
	return "ssh says: " + strings.TrimPrefix(lines[len(lines)-1], "ssh: ")
}

// plain strips what the layers put before an error.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return "(" + op.Err.Error() + ")"
	}
	return "(" + strings.TrimPrefix(err.Error(), "error during connect: ") + ")"
}

// failed wraps err, from the client, with what was being done and with the contract's name for it.
func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	doing := fmt.Sprintf(format, args...)
	var call *callError
	if errors.As(err, &call) {
		return fmt.Errorf("%s: %w", doing, call)
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%s: %w: %s", doing, kind, message(err))
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %s", doing, message(err))
}

func kindOf(err error) error {
	text := err.Error()
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return engine.ErrUnreachable
	case errors.As(err, &op):
		return engine.ErrLost
	case errdefs.IsNotFound(err), strings.Contains(text, "received 404"):
		return engine.ErrNotFound
	case errdefs.IsConflict(err),
		strings.Contains(text, "Pool overlaps"),
		strings.Contains(text, "Address already in use"),
		strings.Contains(text, "already exists in network"):
		return engine.ErrConflict
	}
	return nil
}

// message is the engine's own words, less those that tell how it asked others.
func message(err error) string {
	text := strings.TrimPrefix(err.Error(), "Error response from daemon: ")
	return dialed.ReplaceAllString(asked.ReplaceAllString(text, "$1: "), "")
}

var (
	asked  = regexp.MustCompile(`(?:Get|Head|Post) "https?://([^/"]+)[^"]*": `)
	dialed = regexp.MustCompile(`dial tcp:? (?:lookup \S+(?: on \S+)?|\S+): (?:connect: )?`)
)

// failedRemoval is failed for removals, where a conflict means that something still needs the object. A
// missing object is no error.
func failedRemoval(err error, format string, args ...any) error {
	switch {
	case err == nil, errdefs.IsNotFound(err), strings.Contains(err.Error(), "unrecognized image ID"): // an image that goes at this moment
		return nil
	case errdefs.IsConflict(err), strings.Contains(err.Error(), "has active endpoints"):
		return fmt.Errorf("%s: %w: %s", fmt.Sprintf(format, args...), engine.ErrInUse, message(err))
	}
	return failed(err, format, args...)
}

// takenPort finds the host port in the ways that engines since 20.10 have said that it is taken.
func takenPort(err error) *engine.PortError {
	text := err.Error()
	if !strings.Contains(text, "port is already allocated") && !strings.Contains(text, "address already in use") {
		return nil
	}
	for _, pattern := range []string{
		`Bind for (\S+):(\d+) failed`,
		`listen (?:tcp|udp|sctp)[46]? (\S+):(\d+): bind`,
		`failed to bind host port (?:for )?([^:\s]+|\[\S+\]):(\d+)`,
	} {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
			port, _ := strconv.Atoi(m[2])
			return &engine.PortError{Address: strings.Trim(m[1], "[]"), Port: port}
		}
	}
	return &engine.PortError{}
}
