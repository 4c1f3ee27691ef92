//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder flushes a folder's entries. Some file systems (network mounts)
// cannot, and say so with EINVAL or ENOTSUP: that is no failure of the write.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
