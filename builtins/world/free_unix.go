//go:build linux || darwin

package world

import "golang.org/x/sys/unix"

// freeAt is how many bytes of the file system at dir are free for who has no privileges.
func freeAt(dir string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
