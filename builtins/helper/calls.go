package helper

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// File is a file to write; a Mode of 0 is 0644.
type File = wire.File

// Probe is a question that is asked until it is answered well. Its Limit, of Call, ends it.
type Probe = wire.Probe

// Call is the part that calls have in common which may take long.
type Call = wire.Call

// Probed tells how a probe ended.
type Probed = wire.Probed

// Ping asks for a sign of life.
func (s *Session) Ping(ctx context.Context) error {
	if err := s.Ready(ctx); err != nil {
		return err
	}
	return s.do(ctx, "Ping", wire.None{}, &wire.None{})
}

// ReadFiles reads files below dir, EdgeDir or RecordDir, by their paths from there. A directory stands for all
// files below it; what is missing is left out.
func (s *Session) ReadFiles(ctx context.Context, dir string, paths ...string) (map[string][]byte, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	var out wire.Files
	err := s.do(ctx, "ReadFiles", wire.ReadFiles{Dir: dir, Paths: paths}, &out)
	if out.Files == nil {
		out.Files = map[string][]byte{}
	}
	return out.Files, err
}

// WriteFiles replaces each file below dir atomically and durably, in order, and then removes the paths in
// remove with all below them.
func (s *Session) WriteFiles(ctx context.Context, dir string, files []File, remove ...string) error {
	if err := s.Ready(ctx); err != nil {
		return err
	}
	return s.do(ctx, "WriteFiles", wire.WriteFiles{Dir: dir, Files: files, Remove: remove}, &wire.None{})
}

// Command sends text to a unix socket of the engine's side and returns what comes back until the other side
// closes. With hold our side stays open until then. A limit of 0 is none but ctx's.
func (s *Session) Command(ctx context.Context, socket, text string, hold bool, limit time.Duration) ([]byte, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	in := wire.Command{Call: s.begin(limit), Path: socket, Text: text, Hold: hold}
	var out wire.Answer
	err := s.long(ctx, in.ID, "Command", in, &out)
	return out.Text, err
}

// Lock waits for the kernel's lock on a file below dir and returns how to give it back. It excludes other
// helpers, and processes on the engine's machine. It is given back at the latest when the helper ends.
func (s *Session) Lock(ctx context.Context, dir, path string) (unlock func() error, err error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	in := wire.Lock{Call: s.begin(0), Dir: dir, Path: path}
	var token wire.Token
	if err := s.long(ctx, in.ID, "Lock", in, &token); err != nil {
		return nil, err
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), s.options.Silence)
		defer cancel()
		if err := s.do(ctx, "Unlock", token, &wire.None{}); !errors.Is(err, ErrLockLost) {
			return err
		}
		return nil // it went with the helper
	}, nil
}

// Probe asks until an attempt passes, the first one at once, or until its limit or ctx ends it; the answer
// tells how the last attempt went, then too. An error means that the helper could not be asked.
func (s *Session) Probe(ctx context.Context, p Probe) (Probed, error) {
	if err := s.Ready(ctx); err != nil {
		return Probed{}, err
	}
	p.Call = s.begin(p.Limit)
	var out Probed
	err := s.long(ctx, p.ID, "Probe", p, &out)
	return out, err
}

// Machine is what the helper's place tells of the engine's machine, with Options.Host all of it.
type Machine struct {
	// Listeners are the addresses on which TCP is listened.
	Listeners []netip.AddrPort
	// IPv6 tells whether the machine has it.
	IPv6 bool
	// MaxFiles is how many files a process in a container may have open: its hard limit, 0 where unknown.
	MaxFiles uint64
}

// Machine looks at the engine's machine.
func (s *Session) Machine(ctx context.Context) (Machine, error) {
	var out wire.Machine
	if err := s.Ready(ctx); err != nil {
		return Machine{}, err
	}
	if err := s.do(ctx, "Machine", wire.None{}, &out); err != nil {
		return Machine{}, err
	}
	m := Machine{IPv6: out.IPv6, MaxFiles: out.Files}
	for _, text := range out.Listeners {
		one, err := netip.ParseAddrPort(text)
		if err != nil {
			return Machine{}, fmt.Errorf("what listens on the engine's machine: %w", err)
		}
		m.Listeners = append(m.Listeners, one)
	}
	return m, nil
}

// Now is the time by the clock of the engine's machine.
func (s *Session) Now(ctx context.Context) (time.Time, error) {
	var out wire.Clock
	if err := s.Ready(ctx); err != nil {
		return out.Now, err
	}
	err := s.do(ctx, "Clock", wire.None{}, &out)
	return out.Now, err
}

func (s *Session) begin(limit time.Duration) wire.Call {
	return wire.Call{ID: s.call.Add(1), Limit: limit}
}
