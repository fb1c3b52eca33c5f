// Package buildcontext looks at the files that a build may copy: which they are, and what they hold.
//
// Whether an image must be built again is decided without a builder: two contexts with equal manifests build
// the same. A manifest tells for each path its type, permissions and content or link target, and no times, so that
// touching a file or cloning a repository afresh changes nothing. Hashing is the cost of it, so hashes are kept by what
// stat tells of a file; losing them costs time only.
package buildcontext

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/eval/state"
	"golang.org/x/sync/errgroup"
)

// Options of Scan.
type Options struct {
	// Dockerfile is the path within the context of a Dockerfile that people wrote: its own ignore file,
	// NAME.dockerignore, comes before the context's.
	Dockerfile string
	// CacheDir is where hashes are kept; nothing is kept when it is empty.
	CacheDir string
	// Now is the time of the scan, which tells what was changed just now.
	Now time.Time
}

// Context is a directory as a builder would see it.
type Context struct {
	// Dir is the directory, symbolic links resolved.
	Dir string
	// Ignore are the patterns of what the builder does not see.
	Ignore []string
	// Manifest tells everything that it does see.
	Manifest state.Manifest
	// Links are the paths of the manifest that are symbolic links.
	Links []string
	// Size is the sum of the files' sizes, in bytes.
	Size int64
	// sizes are theirs, in bytes.
	sizes map[string]int64
}

// SizeOf is the sum of the sizes of files of the context, in bytes.
func (c Context) SizeOf(files state.Manifest) int64 {
	var sum int64
	for path := range files {
		sum += c.sizes[path]
	}
	return sum
}

// Digest stands for all that the manifest tells, in hex.
func (c Context) Digest() string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(c.Manifest)) {
		fmt.Fprintf(h, "%s\x00%s\n", path, c.Manifest[path])
	}
	return shorten(h.Sum(nil))
}

// DefaultCacheDir is where hashes are kept for the user; empty where the system names no such place.
func DefaultCacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "recipe", "contexts")
}

// Scan reads a context. Symbolic links are taken as links and never followed, but for dir itself. Errors name the
// path and what to do.
func Scan(ctx context.Context, dir string, options Options) (Context, error) {
	root, err := resolve(dir)
	if err != nil {
		return Context{}, err
	}
	ignore, err := Ignore(root, options.Dockerfile)
	if err != nil {
		return Context{}, err
	}
	c := Context{Dir: root, Ignore: ignore, Manifest: state.Manifest{}, sizes: map[string]int64{}}
	entries, err := walk(ctx, root, ignore)
	if err != nil {
		return Context{}, err
	}
	kept := loadCache(options.CacheDir, root)
	digests, err := digestAll(ctx, root, entries, kept)
	if err != nil {
		return Context{}, err
	}
	fresh := cache{Files: map[string]cached{}}
	for i, e := range entries {
		c.Manifest[e.path] = digests[i]
		switch {
		case e.info.Mode()&fs.ModeSymlink != 0:
			c.Links = append(c.Links, e.path)
		case e.info.Mode().IsRegular():
			c.Size += e.info.Size()
			c.sizes[e.path] = e.info.Size()
			fresh.remember(e, digests[i], options.Now)
		}
	}
	fresh.store(options.CacheDir, root, kept)
	return c, nil
}

func resolve(dir string) (string, error) {
	root, err := filepath.EvalSymlinks(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("the build context %s does not exist; create it, or set context to the directory that holds what the image is made of", dir)
	case err != nil:
		return "", fmt.Errorf("the build context %s cannot be read: %w", dir, err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", err
	}
	info, err := os.Stat(root)
	if err != nil {
		return "", fmt.Errorf("the build context %s cannot be read: %w", dir, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("the build context %s is not a directory; set context to the directory that holds the file", dir)
	}
	return root, nil
}

// digestAll digests every entry, several at a time.
func digestAll(ctx context.Context, root string, entries []entry, kept cache) ([]string, error) {
	digests := make([]string, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(2, runtime.NumCPU()))
	for i, e := range entries {
		if known, ok := kept.lookup(e); ok {
			digests[i] = known
			continue
		}
		if !e.info.Mode().IsRegular() {
			digest, err := digestOther(root, e)
			if err != nil {
				return nil, err
			}
			digests[i] = digest
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			digests[i], err = digestFile(root, e)
			return err
		})
	}
	return digests, group.Wait()
}

func digestOther(root string, e entry) (string, error) {
	if e.info.IsDir() {
		return digest(fmt.Appendf(nil, "dir %o", permissions(e.info))), nil
	}
	target, err := os.Readlink(filepath.Join(root, e.path))
	if err != nil {
		return "", fmt.Errorf("reading the link %s: %w", filepath.Join(root, e.path), err)
	}
	return digest([]byte("link " + filepath.ToSlash(target))), nil
}

func digestFile(root string, e entry) (string, error) {
	path := filepath.Join(root, e.path)
	file, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer file.Close()
	h := sha256.New()
	fmt.Fprintf(h, "file %o\n", permissions(e.info))
	if _, err := io.Copy(h, file); err != nil {
		return "", unreadable(path, err)
	}
	return shorten(h.Sum(nil)), nil
}

func unreadable(path string, err error) error {
	return fmt.Errorf("%s is in the build context and cannot be read (%w); make it readable, or name it in .dockerignore", path, err)
}

// permissions are the bits that a copy keeps.
func permissions(info fs.FileInfo) uint32 {
	mode := info.Mode()
	bits := uint32(mode.Perm())
	for i, special := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if mode&special != 0 {
			bits |= 0o1000 << i
		}
	}
	return bits
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return shorten(sum[:])
}

// shorten keeps manifests small: half of the sum still tells files apart.
func shorten(sum []byte) string { return hex.EncodeToString(sum[:16]) }
