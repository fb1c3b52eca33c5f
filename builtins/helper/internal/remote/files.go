package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// open opens one of the helper's directories, out of which no path can lead.
func (s *service) open(dir string) (*os.Root, error) {
	if dir != wire.Edge && dir != wire.Record {
		return nil, fmt.Errorf("%s is no directory of the helper", dir)
	}
	return os.OpenRoot(filepath.Join(s.Root, dir))
}

// ReadFiles reads what is there.
func (s *service) ReadFiles(in wire.ReadFiles, out *wire.Files) error {
	s.hear()
	root, err := s.open(in.Dir)
	if err != nil {
		return wire.Pack(err)
	}
	defer root.Close()
	out.Files = map[string][]byte{}
	for _, name := range in.Paths {
		err := fs.WalkDir(root.FS(), path.Clean(name), func(file string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // never there, or removed while we looked
			case err != nil:
				return err
			case !entry.Type().IsRegular() || isTemporary(file):
				return nil
			}
			data, err := root.ReadFile(file)
			if err == nil {
				out.Files[file] = data
			}
			return err
		})
		if err != nil {
			return wire.Pack(err)
		}
	}
	return nil
}

// WriteFiles writes and removes.
func (s *service) WriteFiles(in wire.WriteFiles, _ *wire.None) error {
	s.hear()
	root, err := s.open(in.Dir)
	if err != nil {
		return wire.Pack(err)
	}
	defer root.Close()
	changed := map[string]bool{} // directories
	for _, file := range in.Files {
		if err := replace(root, file); err != nil {
			return wire.Pack(err)
		}
		changed[path.Dir(path.Clean(file.Path))] = true
	}
	for _, name := range in.Remove {
		if err := root.RemoveAll(path.Clean(name)); err != nil {
			return wire.Pack(err)
		}
		changed[path.Dir(path.Clean(name))] = true
	}
	for dir := range changed {
		if err := syncDir(root, dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return wire.Pack(err)
		}
	}
	return nil
}

// replace writes a file under another name and then gives it its own, so that a reader, and whoever looks after
// a crash, finds the old content or the new.
func replace(root *os.Root, file wire.File) error {
	name := path.Clean(file.Path)
	dirs := fs.FileMode(0o755)
	if file.Mode != 0 && file.Mode&0o077 == 0 { // what others may not read they need not find
		dirs = 0o700
	}
	if err := root.MkdirAll(path.Dir(name), dirs); err != nil {
		return err
	}
	temporary := path.Join(path.Dir(name), fmt.Sprintf(".%s.%08x.new", path.Base(name), rand.Uint32()))
	if err := writeSynced(root, temporary, file.Data, fs.FileMode(file.Mode)); err != nil {
		_ = root.Remove(temporary)
		return err
	}
	if err := root.Rename(temporary, name); err != nil {
		_ = root.Remove(temporary)
		return err
	}
	return nil
}

// isTemporary knows what a helper that was killed while it wrote has left.
func isTemporary(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, ".") && strings.HasSuffix(base, ".new")
}

func writeSynced(root *os.Root, name string, data []byte, mode fs.FileMode) (err error) {
	if mode == 0 {
		mode = 0o644
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes renames in a directory outlast a power failure.
func syncDir(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
