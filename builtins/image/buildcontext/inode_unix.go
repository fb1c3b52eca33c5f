//go:build unix

package buildcontext

import (
	"io/fs"
	"syscall"
)

// inode is the number of a file, which changes when another file takes its name.
func inode(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino)
	}
	return 0
}
