package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is a tree being built that appears under its final name only at Commit.
type Folder struct {
	// Dir is the temporary folder to write into.
	Dir  string
	path string
	done bool
}

// TempFolder makes an empty folder inside parent that CleanTemp knows as a
// leftover, for work in between. The caller removes it. Missing parents are made.
func TempFolder(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(parent, "."+tempMark+"*")
}

// NewFolder starts a folder that Commit will name path. Missing parents are made.
func NewFolder(path string) (*Folder, error) {
	path = filepath.Clean(path)
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	dir, err := os.MkdirTemp(parent, "."+filepath.Base(path)+tempMark+"*")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &Folder{Dir: dir, path: path}, nil
}

// Commit flushes every file of the tree and renames it into place. A folder
// that already has the name is replaced: it is moved aside first and put back
// if the rename fails, so one whole folder is there unless the process dies
// between the two renames.
func (f *Folder) Commit() error {
	if f.done {
		return fmt.Errorf("write %s: already committed or aborted", f.path)
	}
	if err := f.publish(); err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	f.done = true
	return syncFolder(filepath.Dir(f.path))
}

func (f *Folder) publish() error {
	if err := syncTree(f.Dir); err != nil {
		return err
	}
	old := f.Dir + ".old"
	err := os.Rename(f.path, old)
	if os.IsNotExist(err) {
		return os.Rename(f.Dir, f.path)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Dir, f.path); err != nil {
		os.Rename(old, f.path)
		return err
	}
	return os.RemoveAll(old)
}

// Abort removes what was built. After Commit it does nothing, so it can be deferred.
func (f *Folder) Abort() {
	if f.done {
		return
	}
	f.done = true
	os.RemoveAll(f.Dir)
}

func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return syncFolder(path)
		case d.Type().IsRegular():
			return syncPath(path)
		}
		return nil
	})
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
