package ingest

import (
	"errors"
	"io/fs"
)

// Stat is what a file system says of a file without opening it. Two equal Stats of
// one path mean the same content: the inode and the time of its last change, which
// no program can set back, are part of Identity.
type Stat struct {
	Size     int64
	ModTime  int64  // Unix nanoseconds
	Identity uint64 // of the file and its last change; 0 = the system does not tell
}

// StatOf takes the Stat out of what os.Stat returns.
func StatOf(info fs.FileInfo) Stat {
	ident, _ := identity(info)
	return Stat{Size: info.Size(), ModTime: info.ModTime().UnixNano(), Identity: ident}
}

// fileID names a file or folder on this machine while it is mounted.
type fileID struct{ dev, ino uint64 }

// mix hashes numbers to one (FNV-1a on 64-bit words, with a final shuffle). The top
// bit is dropped, because databases count in signed numbers.
func mix(words ...uint64) uint64 {
	h := uint64(14695981039346656037)
	for _, w := range words {
		h = (h ^ w) * 1099511628211
		h ^= h >> 29
	}
	h *= 0xbf58476d1ce4e5b9
	return (h ^ h>>32) >> 1
}

// reason strips the operation and the path from an error of the file system: the
// caller names the file itself.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// Unread begins every Reason.
const Unread = "cannot be read: "

// Reason says why a file cannot be read, without its name.
func Reason(err error) string { return Unread + reason(err).Error() }
