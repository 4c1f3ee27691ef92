package stage

import (
	"context"
	"os"
	"time"

	"github.com/curate/curate/catalog"
)

// BackupResult is a copy of the catalogue.
type BackupResult struct {
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
}

// Backup writes a consistent copy of the catalogue to file, which must not be there.
func Backup(ctx context.Context, e *Env, file string) (BackupResult, error) {
	began := time.Now()
	r := BackupResult{File: file}
	if err := e.Catalog.Backup(ctx, file); err != nil {
		return r, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return r, err
	}
	r.Bytes = info.Size()
	if r.Images, err = e.Catalog.CountImages(ctx, catalog.Filter{}); err != nil {
		return r, err
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// ChangedResult counts locations that were changed.
type ChangedResult struct {
	Changed int `json:"changed"`
}

// Relocate notes that everything under old is under new now. Both are paths as the user typed them; old need not be there any more.
func Relocate(ctx context.Context, e *Env, command, old, new string) (r ChangedResult, err error) {
	to, err := catalog.Canonical(new)
	if err != nil {
		return r, err
	}
	from, err := catalog.Canonical(old)
	if err != nil {
		return r, err
	}
	r.Changed, err = e.Catalog.Relocate(ctx, command, from, to)
	return r, err
}

// Forget drops the locations under a path as the user typed it, or of a source; one of the two is empty.
func Forget(ctx context.Context, e *Env, command, path, source string) (r ChangedResult, err error) {
	what := catalog.Forgetting{Source: source}
	if path != "" {
		if what.Path, err = catalog.Canonical(path); err != nil {
			return r, err
		}
	}
	r.Changed, err = e.Catalog.Forget(ctx, command, what)
	return r, err
}
