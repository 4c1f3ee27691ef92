package stage

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/train/audit"
)

// readFiles fills in what is known of the files. The catalogue has nearly all of it
// since ingest; a file is opened only where it seems to have changed, or where an
// older curate has not written down what it is made of. What cannot be found as it
// was is left out and named.
func (s *audited) readFiles(ctx context.Context, e *Env) error {
	ids := make([]catalog.ImageID, len(s.rows))
	for i, row := range s.rows {
		ids[i] = row.ID
	}
	works, err := e.Catalog.Works(ctx, ids...)
	if err != nil {
		return err
	}
	r := &fileFacts{files: newOriginals(), structures: loadStructures(e.Cache)}
	defer r.files.Close()
	s.files = make([]audit.File, len(s.rows))
	why := make([]error, len(s.rows))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(e.workers())
	for i := range s.rows {
		g.Go(func() error {
			s.files[i], why[i] = r.of(&s.rows[i], works[ids[i]])
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := r.structures.save(); err != nil {
		e.Notice("the next audit will read files again that it need not: %v", err)
	}
	for i, err := range why {
		if err == nil {
			continue
		}
		s.result.Unreadable = append(s.result.Unreadable, UnusableInput{s.rows[i].Path, err.Error()})
		if errors.Is(err, errChanged) {
			s.result.Changed++
		} else {
			s.result.Missing++
		}
	}
	s.filter(func(i int) bool { return why[i] == nil })
	s.result.Of -= len(s.result.Unreadable)
	return nil
}

// fileFacts gathers what is known of files. Its methods may be called from several goroutines.
type fileFacts struct {
	files      originals
	structures *structures
}

// of is what is known of the file of an image, or why it cannot be looked at.
func (r *fileFacts) of(row *catalog.Row, w catalog.Work) (audit.File, error) {
	f := audit.File{Format: row.Format, Mode: row.Mode, Width: row.Width, Height: row.Height, Orientation: row.Orientation,
		Frames: row.Frames, Bits: row.Bits, Bytes: row.Bytes, Source: row.Source}
	text, err := json.Marshal(row.Metadata)
	if err == nil {
		err = json.Unmarshal(text, &f.Meta)
	}
	if err != nil {
		return f, err
	}
	known := f.Structure != "" || !structured(f.Format)
	if !known {
		f.Structure, f.C2PA, known = r.structures.get(row.Hash)
	}
	if known && asRecorded(w) {
		return f, nil
	}
	data, err := r.files.read(w)
	if err == nil && !known {
		f.Structure, f.C2PA = imageio.Structure(data)
		r.structures.put(row.Hash, f.Structure, f.C2PA)
	}
	return f, err
}

// structured tells whether imageio.Structure has names for the parts of a format.
func structured(format string) bool { return format == "jpeg" || format == "png" || format == "webp" }

// asRecorded tells whether one of the places of an image looks as it did to ingest.
// Of what lies in an archive the archive is looked for, no more.
func asRecorded(w catalog.Work) bool {
	for _, p := range append([]catalog.Place{w.Place}, w.Others...) {
		path := p.Path
		if p.Container != "" {
			path = p.Container
		}
		info, err := os.Stat(path)
		if path != "" && err == nil && (p.Container != "" || info.Size() == p.Size && info.ModTime().UnixNano() == p.ModTime) {
			return true
		}
	}
	return false
}

// structuresFile, in the cache folder, keeps what audits found in files that an older
// curate has ingested.
const structuresFile = "structures.json"

// structures are the parts of files, by content.
type structures struct {
	path string // "" = nowhere
	mu   sync.Mutex
	of   map[string]structure
	more bool
}

type structure struct {
	Names string `json:"names"`
	C2PA  bool   `json:"c2pa,omitempty"`
}

func loadStructures(cache string) *structures {
	s := &structures{of: map[string]structure{}}
	if cache == "" {
		return s
	}
	s.path = filepath.Join(cache, structuresFile)
	text, err := os.ReadFile(s.path)
	if of := map[string]structure{}; err == nil && json.Unmarshal(text, &of) == nil && of != nil {
		s.of = of // anything else is no such file, and is made again
	}
	return s
}

func (s *structures) get(h catalog.Hash) (names string, c2pa, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, known := s.of[h.String()]
	return v.Names, v.C2PA, known
}

func (s *structures) put(h catalog.Hash, names string, c2pa bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[h.String()], s.more = structure{names, c2pa}, true
}

func (s *structures) save() error {
	if !s.more || s.path == "" {
		return nil
	}
	text, err := json.Marshal(s.of)
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(s.path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return atomicfile.WriteFile(s.path, text, 0o644)
}
