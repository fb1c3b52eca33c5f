package buildcontext

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// settled is how old a change must be before stat is trusted to show the next one: file systems keep times
// in steps of up to two seconds.
const settled = 2 * time.Second

// cache keeps digests of a context's files.
type cache struct {
	Format int               `json:"format"`
	Files  map[string]cached `json:"files"`
}

const cacheFormat = 1

// cached is a digest with what stat told when it was made.
type cached struct {
	Size   int64  `json:"s"`
	Time   int64  `json:"t"` // of the last change, nanoseconds
	Inode  uint64 `json:"i"`
	Mode   uint32 `json:"m"`
	Digest string `json:"d"`
}

func statOf(e entry) cached {
	return cached{Size: e.info.Size(), Time: e.info.ModTime().UnixNano(), Inode: inode(e.info), Mode: permissions(e.info)}
}

// lookup gives the digest of a file that stat shows unchanged.
func (c cache) lookup(e entry) (string, bool) {
	known, ok := c.Files[e.path]
	if !ok || !e.info.Mode().IsRegular() {
		return "", false
	}
	now := statOf(e)
	now.Digest = known.Digest
	return known.Digest, now == known
}

// remember keeps a digest unless the file changed so lately that a further change could look the same.
func (c cache) remember(e entry, digest string, now time.Time) {
	if now.Sub(e.info.ModTime()) < settled {
		return
	}
	stat := statOf(e)
	stat.Digest = digest
	c.Files[e.path] = stat
}

// cacheFile is where the digests of a context are kept.
func cacheFile(dir, root string) string {
	sum := sha256.Sum256([]byte(root))
	return filepath.Join(dir, hex.EncodeToString(sum[:12])+".json")
}

// loadCache reads what was kept; anything amiss means that nothing was.
func loadCache(dir, root string) cache {
	if dir == "" {
		return cache{}
	}
	data, err := os.ReadFile(cacheFile(dir, root))
	if err != nil {
		return cache{}
	}
	var c cache
	if json.Unmarshal(data, &c) != nil || c.Format != cacheFormat {
		return cache{}
	}
	return c
}

// store writes the digests beside the file and renames it, so that readers see the old or the new. Failing to
// keep them is no error.
func (c cache) store(dir, root string, before cache) {
	if dir == "" || maps.Equal(c.Files, before.Files) {
		return
	}
	c.Format = cacheFormat
	data, err := json.Marshal(c)
	if err != nil || os.MkdirAll(dir, 0o700) != nil {
		return
	}
	temp, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return
	}
	_, err = temp.Write(data)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), cacheFile(dir, root))
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
}
