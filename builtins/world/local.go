package world

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/listening"
)

// Where whoever plans is on the engine's machine and may read it, files are read where they lie: for the archive of
// a container's files an engine takes some 20 ms, which is most of what a plan would cost otherwise.

// here tells whether the engine's machine is this one, by a running container's first process: a process of
// that number here must belong to a container of that id. A socket may lead to another machine.
func here(c engine.Container) bool {
	if c.PID == 0 || len(c.ID) < 64 {
		return false
	}
	groups, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.PID), "cgroup"))
	return err == nil && strings.Contains(string(groups), c.ID)
}

// readHere reads the files of folders below a directory of this machine by their paths; ok is false where that
// cannot be done. It follows no link out of the directory.
func readHere(dir string, folders ...string) (files map[string][]byte, ok bool) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	files = map[string][]byte{}
	for _, folder := range folders {
		entries, err := fs.ReadDir(root.FS(), folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, false
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			name := path.Join(folder, e.Name())
			if files[name], err = fs.ReadFile(root.FS(), name); err != nil {
				return nil, false // replaced in this moment, or not ours to read
			}
		}
	}
	return files, true
}

// Listening tells who listens on the engine's machine, where that is this one. Nil where it is not known.
// The kernel takes 5 to 30 ms to go through its tables for that.
func (k *Known) Listening() []netip.AddrPort {
	dir := "/proc/net"
	switch {
	case here(k.Edge.Container):
		dir = filepath.Join("/proc", strconv.Itoa(k.Edge.Container.PID), "net") // the edge is on the machine's own network
	case !k.local():
		return nil
	}
	found, err := listening.TCP(dir)
	if err != nil {
		return nil // the apply asks on the engine's side
	}
	return found
}
