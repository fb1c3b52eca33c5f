package buildkit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
)

// memory is a flat directory of files that exist only here, so that a build that is killed leaves nothing behind.
type memory map[string]string

var _ fsutil.FS = memory{}

// Walk visits the files in order of name.
func (m memory) Walk(ctx context.Context, target string, fn fs.WalkDirFunc) error {
	target = strings.Trim(target, "/.")
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if target != "" && name != target {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(name, &fsutil.DirEntryInfo{Stat: m.stat(name)}, nil); err != nil {
			return err
		}
	}
	return nil
}

// stat makes up the time of a file from its text: builders take a file of the same name, size and time for the one
// that they have already.
func (m memory) stat(name string) *types.Stat {
	sum := sha256.Sum256([]byte(m[name]))
	return &types.Stat{
		Path: name, Mode: 0o644, Size: int64(len(m[name])),
		ModTime: int64(binary.BigEndian.Uint64(sum[:8]) >> 4), // nanoseconds, before 2007
	}
}

// Open reads a file.
func (m memory) Open(name string) (io.ReadCloser, error) {
	text, ok := m[strings.TrimPrefix(name, "/")]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(bytes.NewReader([]byte(text))), nil
}
