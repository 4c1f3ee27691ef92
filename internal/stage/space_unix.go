//go:build unix

package stage

import "golang.org/x/sys/unix"

// freeSpace returns the bytes that the user can still write in folder.
func freeSpace(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
