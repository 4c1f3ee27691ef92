package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"github.com/curate/curate/catalog"
)

// examineCatalog opens the catalogue for reading and looks it over. That there
// is none yet is well.
func examineCatalog(ctx context.Context, path string) []Finding {
	sqlite, _, _ := sqlite3.Version()
	list := []Finding{{Name: "SQLite", State: FindingOK, Text: sqlite + " (inside the program)"}}
	c, err := catalog.Open(ctx, path, catalog.ReadOnly)
	switch {
	case errors.Is(err, catalog.ErrNoCatalog):
		return append(list, Finding{Name: "catalogue", State: FindingOK, Text: "none at " + path + " yet; `curate ingest FOLDER` makes it"})
	case errors.Is(err, catalog.ErrNewer):
		return append(list, Finding{"catalogue", FindingMissing, oneLine(err), "install the curate that made it, or name another with --catalog"})
	case err != nil:
		return append(list, Finding{"catalogue", FindingMissing, oneLine(err), "name another with --catalog"})
	}
	defer c.Close()
	return append(list, examineContent(ctx, c), examineLock(ctx, c))
}

func examineContent(ctx context.Context, c *catalog.Catalog) Finding {
	faults, err := c.Check(ctx)
	switch {
	case err != nil:
		return Finding{"catalogue", FindingMissing, oneLine(err), "a copy made with `curate backup`, or another with --catalog"}
	case len(faults) > 0:
		return Finding{"catalogue", FindingMissing, fmt.Sprintf("%s has %d faults, the first: %s", c.Path(), len(faults), faults[0]), "a copy made with `curate backup`"}
	}
	images, err := c.CountImages(ctx, catalog.Filter{})
	if err != nil {
		return Finding{"catalogue", FindingMissing, oneLine(err), "name another with --catalog"}
	}
	return Finding{Name: "catalogue", State: FindingOK, Text: fmt.Sprintf("%s, %d images, no faults", c.Path(), images)}
}

// examineLock tries the lock of the long commands and gives it back at once.
func examineLock(ctx context.Context, c *catalog.Catalog) Finding {
	unlock, err := c.LockForWriting(ctx, "curate doctor", 0)
	var held *catalog.LockedError
	switch {
	case errors.As(err, &held):
		return Finding{"catalogue's lock", FindingWarn, oneLine(err), "wait until it is done"}
	case err != nil:
		return Finding{"catalogue's lock", FindingWarn, oneLine(err), "make the catalogue's folder writable"}
	}
	unlock()
	return Finding{Name: "catalogue's lock", State: FindingOK, Text: "free"}
}
