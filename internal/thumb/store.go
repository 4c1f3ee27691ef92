package thumb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3" // and the driver of this name
)

// Store is an open store. Its methods may be called from several goroutines, and
// several processes may have the same one open.
type Store struct {
	db   *sql.DB
	get  *sql.Stmt
	path string
	mu   sync.Mutex // one Put at a time
}

// Entry is a small picture and the SHA-256 of its original.
type Entry struct {
	Hash   [32]byte
	Packed []byte // as [Small.Pack] gives it
}

const (
	fileName      = "thumbs.db"
	applicationID = 0x63757468 // "cuth"
	layout        = 2
)

// Open opens the store in a folder, which it makes. A file of another version, a
// damaged or foreign one is replaced: what it held can be made again. One that cannot
// be read just now, say because another process is busy with it, is an error and stays.
func Open(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, fmt.Errorf("make the folder of small pictures: %w", err)
	}
	path := filepath.Join(folder, fileName)
	s, err := open(path)
	if errors.Is(err, errOther) {
		if err = remove(path); err == nil {
			s, err = open(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the small pictures in %s: %w", path, err)
	}
	return s, nil
}

// errOther says that a file is not one that this version can use.
var errOther = errors.New("another kind of file, or another version")

func open(path string) (*Store, error) { return openWithin(path, 10*time.Second) }

// openWithin waits so long for other processes.
func openWithin(path string, patience time.Duration) (_ *Store, err error) {
	q := url.Values{"_busy_timeout": {strconv.FormatInt(patience.Milliseconds(), 10)}, "_synchronous": {"NORMAL"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, path: path}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.get, err = db.Prepare("SELECT packed FROM thumb WHERE hash = ?")
	return s, err
}

// prepare makes the table of a new file and makes sure of an old one.
func (s *Store) prepare() error {
	var app, version, objects int
	err := s.db.QueryRow(`SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&app, &version, &objects)
	want := layout<<16 | Version
	switch {
	case err != nil && (isFolder(s.path) || isForeign(err)):
		return errors.Join(errOther, err)
	case err != nil:
		return err
	case app == applicationID && version == want && objects > 0:
		return nil
	case app != 0 || version != 0 || objects != 0:
		return errOther
	}
	// Large pages: a picture takes one or two. Only the first process's setting counts.
	for _, setting := range []string{"PRAGMA page_size = 16384", "PRAGMA journal_mode = WAL"} {
		if _, err := s.db.Exec(setting); err != nil {
			return err
		}
	}
	_, err = s.db.Exec(fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE TABLE IF NOT EXISTS thumb (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, packed BLOB NOT NULL);
		PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT`, applicationID, want))
	return err
}

// isForeign tells whether an error says that the file is no database, or a damaged one.
func isForeign(err error) bool {
	var fault sqlite3.Error
	return errors.As(err, &fault) && (fault.Code == sqlite3.ErrNotADB || fault.Code == sqlite3.ErrCorrupt)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// remove takes a file away with what SQLite keeps beside it.
func remove(path string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.RemoveAll(path + suffix); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the store.
func (s *Store) Close() error { return errors.Join(s.get.Close(), s.db.Close()) }

// Get returns the small picture of an original. There is none, nil, if it was never
// stored and also if the store cannot be read.
func (s *Store) Get(ctx context.Context, hash [32]byte) []byte {
	var packed []byte
	if err := s.get.QueryRowContext(ctx, hash[:]).Scan(&packed); err != nil {
		return nil
	}
	return packed
}

// Put stores small pictures in one transaction; some hundred at a time is best. One
// that is there already is replaced.
func (s *Store) Put(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.put(ctx, entries); err != nil {
		return fmt.Errorf("keep small pictures in %s: %w", s.path, err)
	}
	return nil
}

func (s *Store) put(ctx context.Context, entries []Entry) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO thumb (hash, packed) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET packed = excluded.packed")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, e := range entries {
		if _, err := insert.ExecContext(ctx, e.Hash[:], e.Packed); err != nil {
			return err
		}
	}
	return tx.Commit()
}
