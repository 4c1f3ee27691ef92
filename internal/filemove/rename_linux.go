package filemove

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameOver renames a file and fails with EEXIST where the target is taken.
func renameOver(source, target string) error {
	err := unix.Renameat2(unix.AT_FDCWD, source, unix.AT_FDCWD, target, unix.RENAME_NOREPLACE)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS): // a file system that does not know how
		return renameCarefully(source, target)
	}
	return &os.LinkError{Op: "rename", Old: source, New: target, Err: err}
}
