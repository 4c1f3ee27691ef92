//go:build unix

package ingest

import (
	"io/fs"
	"syscall"
)

// identity mixes what the file system itself changes when a file is replaced or
// written to, and what nobody can set back: the inode and its change time.
func identity(info fs.FileInfo) (ident uint64, place fileID) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, fileID{}
	}
	sec, nsec := changeTime(st)
	return mix(uint64(st.Ino), uint64(sec), uint64(nsec)), fileID{uint64(st.Dev), uint64(st.Ino)}
}
