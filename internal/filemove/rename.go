package filemove

import (
	"errors"
	"os"
	"syscall"
)

// renameCarefully is a rename for systems that only know the one that goes over what is there. A second name for the file is refused where
// the target is taken, so that no moment is left for another program; what knows no second names gets a look beforehand.
func renameCarefully(source, target string) error {
	if err := os.Link(source, target); err == nil {
		if err := os.Remove(source); err != nil && !os.IsNotExist(err) {
			return errors.Join(err, os.Remove(target)) // one of two names, so the file stays
		}
		return nil
	} else if os.IsExist(err) {
		return err
	}
	info, err := lstat(target)
	if err != nil {
		return err
	}
	if info != nil {
		return &os.LinkError{Op: "rename", Old: source, New: target, Err: syscall.EEXIST}
	}
	return os.Rename(source, target)
}
