//go:build !unix

package buildcontext

import "io/fs"

// inode is not told by this system.
func inode(fs.FileInfo) uint64 { return 0 }
