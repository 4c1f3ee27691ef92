package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a consistent copy of the catalogue to file while others may write to the catalogue; an existing file is refused. The copy
// is complete and on the disk, or not there at all.
func (c *Catalog) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("backup to %s: the file exists and is not overwritten; choose another name", file)
	}
	folder := filepath.Dir(file)
	temp, err := os.MkdirTemp(folder, ".curate-backup-")
	if err != nil {
		return fmt.Errorf("backup to %s: %w", file, osReason(err))
	}
	defer os.RemoveAll(temp)
	partial := filepath.Join(temp, "catalogue")
	if err := c.vacuumInto(ctx, partial); err != nil {
		return fmt.Errorf("backup to %s: %w", file, c.fault(err))
	}
	if err := syncFile(partial); err != nil {
		return fmt.Errorf("backup to %s: %w", file, err)
	}
	if err := publish(partial, file); err != nil {
		return fmt.Errorf("backup to %s: %w", file, err)
	}
	return syncFile(folder)
}

// vacuumInto copies the catalogue as of one moment. It needs a connection of its own, since those for reading write nothing, not even that.
func (c *Catalog) vacuumInto(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite3", dsn(c.path, ReadOnly))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", file)
	return err
}

// publish gives the complete file its name, unless that was taken meanwhile.
func publish(partial, file string) error {
	err := os.Link(partial, file)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return osLinkReason(err)
	}
	return os.Rename(partial, file) // a file system without links
}

func osLinkReason(err error) error {
	var e *os.LinkError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// syncFile brings a file or folder to the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
