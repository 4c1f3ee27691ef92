package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Manifest is a table that says something of pictures: TSV, CSV or JSON lines with
// a column path (relative to the manifest's own folder) and any others. Only an
// index of it is held in memory, some 50 bytes a row; rows are read when asked for.
type Manifest struct {
	name    string // as the user named it
	file    *os.File
	format  rowFormat
	rows    []manifestRow
	index   map[uint64]int32 // hash of the stored path -> its row
	folders map[string]string
	canon   func(string) (string, error)

	// Repeated counts rows that say again what another row said of the same path.
	Repeated int
}

type manifestRow struct {
	offset int64
	size   int32
	line   int32
	used   bool
}

// UnusedRow is a row whose path was not among what was ingested.
type UnusedRow struct {
	Line int    `json:"line"`
	Path string `json:"path"` // as written
	Why  string `json:"why"`
}

// OpenManifest reads a manifest once, checks every row and indexes it by the stored
// form of its path. Errors name the file and the line. Close it after use.
func OpenManifest(name string, canonical func(string) (string, error)) (*Manifest, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", name, reason(err))
	}
	m := &Manifest{name: name, file: file, index: map[uint64]int32{}, folders: map[string]string{}, canon: canonical}
	if err := m.read(); err != nil {
		file.Close()
		return nil, err
	}
	return m, nil
}

// Close closes the file.
func (m *Manifest) Close() error { return m.file.Close() }

// Rows is the number of different paths.
func (m *Manifest) Rows() int { return len(m.rows) }

func (m *Manifest) read() error {
	format, rows, err := openRows(m.name, m.file)
	if err != nil {
		return fmt.Errorf("manifest %s: %w", m.name, err)
	}
	m.format = format
	for {
		r, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = m.add(r)
		}
		if err != nil {
			return fmt.Errorf("manifest %s line %d: %w", m.name, r.line, err)
		}
	}
	if len(m.rows) == 0 {
		return fmt.Errorf("manifest %s: no rows", m.name)
	}
	return nil
}

func (m *Manifest) add(r row) error {
	written, err := pathOf(r.cells)
	if err != nil {
		return err
	}
	stored, err := m.stored(written)
	if err != nil {
		return fmt.Errorf("path %q: %w", written, reason(err))
	}
	key := hashPath(stored)
	if at, ok := m.index[key]; ok {
		return m.repeat(m.rows[at], r, written)
	}
	m.index[key] = int32(len(m.rows))
	m.rows = append(m.rows, manifestRow{offset: r.offset, size: int32(r.size), line: int32(r.line)})
	return nil
}

// repeat accepts a second row on a path when it says the same as the first.
func (m *Manifest) repeat(first manifestRow, r row, written string) error {
	before, err := m.cells(first)
	if err != nil {
		return err
	}
	a, b := factsOf(before), factsOf(r.cells)
	if !a.Within(b) || !b.Within(a) {
		return fmt.Errorf("path %q: line %d says otherwise of the same file; keep one of the two", written, first.line)
	}
	m.Repeated++
	return nil
}

// stored is the stored form of a path as written in the manifest.
func (m *Manifest) stored(written string) (string, error) {
	path := filepath.FromSlash(written)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(m.name), path)
	}
	folder, name := filepath.Split(path)
	real, ok := m.folders[folder]
	if !ok {
		var err error
		if real, err = m.canon(folder); err != nil {
			return "", err
		}
		m.folders[folder] = real
	}
	return filepath.Join(real, name), nil
}

// Lookup returns what the manifest says of a stored path, and remembers that it was
// asked for.
func (m *Manifest) Lookup(path string) (Facts, bool, error) {
	at, ok := m.index[hashPath(path)]
	if !ok {
		return Facts{}, false, nil
	}
	cells, err := m.cells(m.rows[at])
	if err != nil {
		return Facts{}, false, fmt.Errorf("manifest %s line %d: %w", m.name, m.rows[at].line, err)
	}
	m.rows[at].used = true
	return factsOf(cells), true, nil
}

// Unused tells how many rows were never looked up, and describes the first limit of
// them.
func (m *Manifest) Unused(limit int) (n int, first []UnusedRow) {
	for _, r := range m.rows {
		if r.used {
			continue
		}
		if n++; n <= limit {
			first = append(first, m.unused(r))
		}
	}
	return n, first
}

func (m *Manifest) unused(r manifestRow) UnusedRow {
	u := UnusedRow{Line: int(r.line), Why: "not under the ingested paths, or passed over"}
	cells, err := m.cells(r)
	if err == nil {
		u.Path, err = pathOf(cells)
	}
	if err != nil {
		u.Why = err.Error()
		return u
	}
	stored, err := m.stored(u.Path)
	if err == nil {
		_, err = os.Lstat(stored)
	}
	if os.IsNotExist(err) {
		u.Why = "no such file"
	}
	return u
}

func (m *Manifest) cells(r manifestRow) ([]cell, error) {
	raw := make([]byte, r.size)
	if _, err := m.file.ReadAt(raw, r.offset); err != nil {
		return nil, fmt.Errorf("changed while it was read: %w", reason(err))
	}
	return m.format.parse(raw)
}

// pathColumns are the names under which a path is accepted; file_name is that of
// Hugging Face's ImageFolder.
var pathColumns = []string{"path", "file_name"}

func isPathColumn(name string) bool {
	for _, p := range pathColumns {
		if strings.EqualFold(strings.TrimSpace(name), p) {
			return true
		}
	}
	return false
}

func pathOf(cells []cell) (string, error) {
	for _, c := range cells {
		if !isPathColumn(c.column) {
			continue
		}
		text, ok := c.value.(string)
		if !ok || text == "" {
			return "", fmt.Errorf("the path is empty")
		}
		if strings.ContainsRune(text, 0) {
			return "", fmt.Errorf("the path holds a NUL byte")
		}
		return text, nil
	}
	return "", fmt.Errorf("has no path")
}

func factsOf(cells []cell) Facts {
	var f Facts
	for _, c := range cells {
		if !isPathColumn(c.column) {
			f.Set(c.column, c.value)
		}
	}
	return f
}

// hashPath is 64 bits of a path: two of a million paths collide once in 18 million
// manifests.
func hashPath(path string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(path) {
		h = (h ^ uint64(path[i])) * 1099511628211
	}
	return mix(h, uint64(len(path)))
}

func checkUTF8(raw []byte) error {
	if !utf8.Valid(raw) {
		return fmt.Errorf("not UTF-8; save the file as UTF-8")
	}
	return nil
}
