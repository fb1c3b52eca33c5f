package edge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
)

// Session is what an edge needs of a helper: a *helper.Session.
type Session interface {
	ReadFiles(ctx context.Context, dir string, paths ...string) (map[string][]byte, error)
	WriteFiles(ctx context.Context, dir string, files []helper.File, remove ...string) error
	Command(ctx context.Context, socket, text string, hold bool, limit time.Duration) ([]byte, error)
	Lock(ctx context.Context, dir, path string) (unlock func() error, err error)
	Machine(ctx context.Context) (helper.Machine, error)
	Now(ctx context.Context) (time.Time, error)
}

// Engine is what an edge needs of an engine: it runs HAProxy's check of new files and keeps its output.
type Engine interface {
	Exec(ctx context.Context, container string, command []string) (engine.ExecResult, error)
	LogReader
}

// Host is the machine of an edge as the driver needs it, seen through a helper.
type Host struct {
	Session Session
	Engine  Engine
	Edge    string // the container
	// Network says that the helper shares the network of the engine's machine and so knows who listens.
	Network bool
}

var _ haproxy.Host = (*Host)(nil)

const (
	// HAProxy answers at once or not at all.
	commandLimit = 5 * time.Second
	// Where new files stand for HAProxy to check them. The edge's lock is held then, so one place serves all.
	checkDir = ".check"
	lockFile = ".lock"
)

// ReadFiles reads every file below cfg and maps.
func (h *Host) ReadFiles(ctx context.Context) (map[string][]byte, error) {
	files, err := h.Session.ReadFiles(ctx, helper.EdgeDir, "cfg", "maps")
	for name := range files {
		if strings.HasPrefix(path.Base(name), ".") {
			delete(files, name)
		}
	}
	return files, err
}

// WriteFiles writes backends before maps and maps before frontends, and removes in the other order, so that
// HAProxy can load whatever a crash leaves.
func (h *Host) WriteFiles(ctx context.Context, write map[string][]byte, remove []string) error {
	if err := h.Session.WriteFiles(ctx, helper.EdgeDir, inOrder(write, "")); err != nil {
		return err
	}
	remove = slices.Clone(remove)
	slices.SortFunc(remove, func(a, b string) int { return byRank(b, a) })
	if len(remove) == 0 {
		return nil
	}
	return h.Session.WriteFiles(ctx, helper.EdgeDir, nil, remove...)
}

// ReadKeys reads a recipe's certificates with their keys, into memory alone.
func (h *Host) ReadKeys(ctx context.Context, recipe string) (map[string][]byte, error) {
	return h.Session.ReadFiles(ctx, helper.EdgeDir, "keys/"+recipe)
}

// WriteKeys writes files that root alone reads, as HAProxy is when it does.
func (h *Host) WriteKeys(ctx context.Context, write map[string][]byte, remove []string) error {
	files := inOrder(write, "")
	for i := range files {
		files[i].Mode = 0o600
	}
	return h.Session.WriteFiles(ctx, helper.EdgeDir, files, remove...)
}

func inOrder(files map[string][]byte, below string) []helper.File {
	var list []helper.File
	for name, data := range files {
		list = append(list, helper.File{Path: path.Join(below, name), Data: data, Mode: 0o644})
	}
	slices.SortFunc(list, func(a, b helper.File) int { return byRank(a.Path, b.Path) })
	return list
}

func byRank(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) }

// rank says what refers to what: frontends to maps and backends, maps to backends.
func rank(name string) int {
	switch {
	case strings.Contains(name, "maps/"):
		return 1
	case strings.Contains(name, "cfg/10-"):
		return 2
	}
	return 0
}

// Command sends one line to one of HAProxy's sockets.
func (h *Host) Command(ctx context.Context, socket haproxy.Socket, line string) (string, error) {
	answer, err := h.Session.Command(ctx, path.Join(helper.EdgeDir, "run", string(socket)+".sock"), line+"\n", false, commandLimit)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return "", fmt.Errorf("%w: HAProxy does not listen: %w", proxy.ErrAbsent, err)
	}
	return string(answer), err
}

// Check has the HAProxy of the edge's own container read the files, so that what judges them is what will run
// them.
func (h *Host) Check(ctx context.Context, files map[string][]byte) (string, error) {
	if err := h.Session.WriteFiles(ctx, helper.EdgeDir, nil, checkDir); err != nil { // what a crash has left
		return "", err
	}
	if err := h.Session.WriteFiles(ctx, helper.EdgeDir, inOrder(files, checkDir)); err != nil {
		return "", err
	}
	dir := helper.EdgeDir + "/" + checkDir
	result, err := h.Engine.Exec(ctx, h.Edge, []string{"haproxy", "-c", "-f", dir + "/cfg"})
	err = errors.Join(err, h.Session.WriteFiles(context.WithoutCancel(ctx), helper.EdgeDir, nil, checkDir))
	if err != nil {
		return "", fmt.Errorf("having HAProxy check its new files: %w", err)
	}
	said := strings.TrimSpace(strings.ReplaceAll(string(result.Output), dir+"/", ""))
	if result.ExitCode != 0 {
		return said, fmt.Errorf("%w: %s", proxy.ErrRefused, said)
	}
	return said, nil
}

// Reload asks the master for a new worker. HAProxy 2.6 answers by closing the connection, later ones say how
// it went.
func (h *Host) Reload(ctx context.Context) error {
	said, err := h.Command(ctx, haproxy.Master, "reload")
	if errors.Is(err, proxy.ErrAbsent) {
		return err
	}
	if strings.Contains(said, "Success=0") {
		return fmt.Errorf("%w: %s", proxy.ErrRefused, strings.TrimSpace(said))
	}
	return nil
}

// Log reads what the edge's container wrote, which the engine keeps in bounds.
func (h *Host) Log(ctx context.Context, q proxy.LogQuery, each func(line []byte) error) error {
	return readLog(ctx, h.Engine, h.Edge, q, each)
}

// Lock excludes every other recipe that changes the edge.
func (h *Host) Lock(ctx context.Context) (func() error, error) {
	unlock, err := h.Session.Lock(ctx, helper.EdgeDir, lockFile)
	if err != nil {
		return nil, fmt.Errorf("waiting for others to finish with edge %s: %w", h.Edge, err)
	}
	return unlock, nil
}

// Now is the time on the machine.
func (h *Host) Now(ctx context.Context) (time.Time, error) { return h.Session.Now(ctx) }

// Listeners tells who listens on the machine.
func (h *Host) Listeners(ctx context.Context) ([]netip.AddrPort, error) {
	if !h.Network {
		return nil, errors.ErrUnsupported
	}
	machine, err := h.Session.Machine(ctx)
	return machine.Listeners, err
}
