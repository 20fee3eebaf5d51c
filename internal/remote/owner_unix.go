//go:build unix

package remote

import (
	"io/fs"
	"os"
	"syscall"
)

// ours is true for a folder of the user, or of root, that not everybody can
// write to.
func ours(found fs.FileInfo) bool {
	if found.Mode().Perm()&0o002 != 0 {
		return false
	}
	stat, is := found.Sys().(*syscall.Stat_t)
	return !is || stat.Uid == 0 || int(stat.Uid) == os.Getuid()
}
