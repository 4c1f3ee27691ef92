package catalog

import "context"

// Mode says what a catalogue is opened for.
type Mode int

// Modes of Open.
const (
	ReadOnly Mode = iota
	ReadWrite
)

// Catalog is an open catalogue. Its methods may be called from several goroutines.
type Catalog struct{}

// Create opens the catalogue at path for writing and makes it first when there is none. Only commands that collect call it.
func Create(ctx context.Context, path string) (*Catalog, error) { return nil, errUnwritten }

// Open opens the catalogue at path. ErrNoCatalog when there is none, ErrNewer when a newer curate made it, ErrNotCatalog when the file is
// something else; each names the file. A catalogue of an older curate is brought up to date.
func Open(ctx context.Context, path string, mode Mode) (*Catalog, error) { return nil, errUnwritten }

// Close closes the catalogue. The file is whole at any moment, closed or not.
func (c *Catalog) Close() error { return errUnwritten }

// Path is the absolute path of the catalogue file.
func (c *Catalog) Path() string { return "" }

// CacheDir is the folder beside the catalogue that may be deleted at any time ("curate.cache" for "curate.db"). It is not made here.
func (c *Catalog) CacheDir() string { return "" }

// Owns tells whether path (absolute) is the catalogue, one of the files that belong to it, or inside its cache folder: what ingest passes
// over.
func (c *Catalog) Owns(path string) bool { return false }
