package catalog

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// Mode says what a catalogue is opened for.
type Mode int

// Modes of Open.
const (
	ReadOnly Mode = iota
	ReadWrite
)

// Catalog is an open catalogue. Its methods may be called from several goroutines.
type Catalog struct {
	path     string
	bases    []string // path, and its stored form where that differs
	read     *sql.DB  // several connections that cannot write
	write    *sql.DB  // one connection; nil when opened for reading
	handlers map[string]Handler
	ownRuns  sync.Map     // RunID -> true: started or resumed through this catalogue
	holding  atomic.Int32 // locks that LockForWriting has taken
}

// Create opens the catalogue at path for writing and makes it first when there is none. Only commands that collect call it.
func Create(ctx context.Context, path string) (*Catalog, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("cannot make the catalogue %s: %w", path, osReason(err))
	}
	f.Close()
	return open(ctx, path, ReadWrite, true)
}

// Open opens the catalogue at path. ErrNoCatalog when there is none, ErrNewer when a newer curate made it, ErrNotCatalog when the file is
// something else; each names the file. A catalogue of an older curate is brought up to date.
func Open(ctx context.Context, path string, mode Mode) (*Catalog, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return open(ctx, path, mode, false)
}

func open(ctx context.Context, path string, mode Mode, create bool) (*Catalog, error) {
	if err := looksLikeCatalog(path, create); err != nil {
		return nil, err
	}
	if mode == ReadWrite {
		if err := writable(path); err != nil {
			return nil, err
		}
	}
	version, fresh, err := identify(ctx, path)
	switch {
	case err != nil:
		return nil, err
	case fresh && !create:
		return nil, noCatalog(path)
	}
	if err := upToDate(ctx, path, version); err != nil {
		return nil, err
	}
	return connect(ctx, path, mode)
}

// looksLikeCatalog reads the file's first bytes, before SQLite is let near it.
func looksLikeCatalog(path string, create bool) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noCatalog(path)
	}
	if err != nil {
		return fmt.Errorf("cannot read the catalogue %s: %w", path, osReason(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("%w: %s is a folder", ErrNotCatalog, path)
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF) && create:
		return nil
	case n == 0 && errors.Is(err, io.EOF):
		return noCatalog(path)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("cannot read the catalogue %s: %w", path, osReason(err))
	case !bytes.Equal(head, []byte("SQLite format 3\x00")):
		return fmt.Errorf("%w: %s is another kind of file", ErrNotCatalog, path)
	}
	return nil
}

// writable makes sure that the file and its folder can be written, since SQLite keeps its log beside the file and its own words for this
// fault help nobody.
func writable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot write to the catalogue %s: %w", path, osReason(err))
	}
	f.Close()
	if err := folderWritable(filepath.Dir(path)); err != nil {
		return fmt.Errorf("cannot write to the catalogue %s: its folder: %w", path, err)
	}
	return nil
}

// identify tells the file's layout version, and whether it is still empty (made, and never filled: the process died at once).
func identify(ctx context.Context, path string) (version int, fresh bool, err error) {
	db, err := sql.Open("sqlite3", dsn(path, ReadOnly))
	if err != nil {
		return 0, false, err
	}
	defer db.Close()
	var app, objects int
	err = db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&app, &version, &objects)
	if err != nil {
		return 0, false, fmt.Errorf("cannot read the catalogue %s: %w", path, sqliteReason(err, path))
	}
	if app == 0 && version == 0 && objects == 0 {
		return 0, true, nil
	}
	if app != applicationID {
		return 0, false, fmt.Errorf("%w: %s is an SQLite file of another program", ErrNotCatalog, path)
	}
	return version, false, nil
}

// upToDate migrates the file when it is of an older layout and refuses a newer one.
func upToDate(ctx context.Context, path string, version int) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("%w: %s has layout %d, this one knows %d: use the newer curate", ErrNewer, path, version, len(steps))
	}
	if version == len(steps) {
		return nil
	}
	if err := writable(path); err != nil {
		return fmt.Errorf("the catalogue has layout %d and must be brought to %d: %w", version, len(steps), err)
	}
	db, err := sql.Open("sqlite3", dsn(path, ReadWrite))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err = logAhead(ctx, db); err == nil {
		err = migrate(ctx, db)
	}
	if err != nil {
		return fmt.Errorf("catalogue %s: %w", path, sqliteReason(err, path))
	}
	return nil
}

// logAhead switches the file to WAL, in which readers and a writer do not wait for each other. The mode is a property of the file: set once,
// it holds for every connection of every process. A copy made by Backup comes without it.
func logAhead(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

func connect(ctx context.Context, path string, mode Mode) (*Catalog, error) {
	c := &Catalog{path: path, bases: []string{path}, handlers: map[string]Handler{}}
	if real, err := Canonical(path); err == nil && real != path {
		c.bases = append(c.bases, real)
	}
	var err error
	if c.read, err = sql.Open("sqlite3", dsn(path, ReadOnly)); err != nil {
		return nil, err
	}
	c.read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	c.read.SetMaxIdleConns(max(4, runtime.NumCPU()))
	if mode == ReadOnly {
		return c, nil
	}
	if c.write, err = sql.Open("sqlite3", dsn(path, ReadWrite)); err != nil {
		c.read.Close()
		return nil, err
	}
	c.write.SetMaxOpenConns(1)
	if err := logAhead(ctx, c.write); err != nil {
		return nil, errors.Join(c.fault(err), c.Close())
	}
	return c, nil
}

// busyPatience is how long a connection waits for another process that writes.
const busyPatience = 10 * time.Second

// dsn is the connection string: the path as a URI, so that no character of it is taken for a parameter, and the settings that every
// connection needs. In WAL mode synchronous=NORMAL keeps the file whole through a kill at any moment.
func dsn(path string, mode Mode) string {
	q := url.Values{"_busy_timeout": {strconv.FormatInt(busyPatience.Milliseconds(), 10)}, "_foreign_keys": {"1"}, "_synchronous": {"NORMAL"}, "_stmt_cache_size": {"64"}}
	if mode == ReadWrite {
		q.Set("mode", "rw")
		q.Set("_txlock", "immediate")
		q.Set("_cache_size", "-65536") // 64 MB: the indices of a large ingest
	} else {
		q.Set("mode", "ro")
		q.Set("_query_only", "1")
		if frozen(path) {
			q.Set("immutable", "1")
		}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// frozen tells whether nobody can be writing: the folder takes no files and no log of a writer lies beside the catalogue. Such a file
// can be read only without SQLite's own locks, for which it would have to make files there.
func frozen(path string) bool {
	_, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist) && folderWritable(filepath.Dir(path)) != nil
}

// Close closes the catalogue. The file is whole at any moment, closed or not.
func (c *Catalog) Close() error {
	err := c.read.Close() // readers first: the last connection folds the log into the file, and must be able to write
	if c.write != nil {
		err = errors.Join(err, c.write.Close())
	}
	return err
}

// Path is the absolute path of the catalogue file.
func (c *Catalog) Path() string { return c.path }

// CacheDir is the folder beside the catalogue that may be deleted at any time ("curate.cache" for "curate.db"). It is not made here.
func (c *Catalog) CacheDir() string {
	return strings.TrimSuffix(c.path, filepath.Ext(c.path)) + ".cache"
}

// Owns tells whether path (absolute) is the catalogue, one of the files that belong to it, or inside its cache folder: what ingest passes
// over.
func (c *Catalog) Owns(path string) bool {
	for _, base := range c.bases {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal", lockSuffix} {
			if path == base+suffix {
				return true
			}
		}
		cache := strings.TrimSuffix(base, filepath.Ext(base)) + ".cache"
		if path == cache || strings.HasPrefix(path, cache+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
