package ingest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
)

// Reader opens again what was found before: files, and members of archives one by
// one. Members that are asked for in about the order in which they lie in their
// archive are read in one pass through it, whatever its kind; going back far starts
// a compressed archive or table anew. Its methods may be called from several
// goroutines.
type Reader struct {
	limit int64
	mu    sync.Mutex
	open  map[string]*sequence
	order []string // of open, the one used longest ago first
}

const (
	openArchives = 4        // held open at once
	aheadBytes   = 64 << 20 // of members passed on the way, kept for others who ask soon
)

// NewReader makes a reader that refuses files of more than limit bytes.
func NewReader(limit int64) *Reader {
	return &Reader{limit: limit, open: map[string]*sequence{}}
}

// Close closes all archives. No Read may be under way.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.open {
		s.close()
	}
	r.open, r.order = map[string]*sequence{}, nil
	return nil
}

// Read returns the bytes of the file at path, or with a container, those of its
// member at path (which begins with the container's own). The slice is the caller's.
// An error is a *fs.PathError. Whether the content is what it was is not looked at.
func (r *Reader) Read(path, container string) ([]byte, error) {
	if container == "" {
		return readFile(path, r.limit)
	}
	name, ok := strings.CutPrefix(path, container+"/")
	if !ok {
		return nil, unread(path, fmt.Errorf("not in %s", container))
	}
	archive, done := r.archive(container)
	defer done()
	data, err := archive.read(name, r.limit)
	if err != nil {
		return nil, unread(path, err)
	}
	return data, nil
}

func unread(path string, err error) error {
	return &fs.PathError{Op: "read", Path: path, Err: reason(err)}
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unread(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && info.Size() > limit {
		err = tooLong(limit)
	}
	var data []byte
	if err == nil {
		data, err = readAll(f, info.Size(), limit)
	}
	if err != nil {
		return nil, unread(path, err)
	}
	return data, nil
}

func tooLong(limit int64) error { return fmt.Errorf("more than %d MB", limit>>20) }

// readAll reads to the end, which is expected at size, but never more than limit.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	data := make([]byte, 0, min(max(size, 0), limit, 64<<20)+1)
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, tooLong(limit)
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// archive returns the sequence of a container; done gives it back. The one used
// longest ago is closed when there are too many.
func (r *Reader) archive(container string) (s *sequence, done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s = r.open[container]
	if s == nil {
		s = &sequence{path: container}
		r.open[container] = s
	}
	s.users++
	r.order = append(slices.DeleteFunc(r.order, func(name string) bool { return name == container }), container)
	r.closeIdle()
	return s, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		s.users--
		r.closeIdle()
	}
}

// closeIdle closes what nobody reads from, down to the number that may stay open.
func (r *Reader) closeIdle() {
	for i := 0; i < len(r.order) && len(r.order) > openArchives; {
		name := r.order[i]
		if r.open[name].users > 0 {
			i++
			continue
		}
		r.open[name].close()
		delete(r.open, name)
		r.order = slices.Delete(r.order, i, i+1)
	}
}

// sequence reads members of one archive in a forward motion.
type sequence struct {
	path    string
	users   int // guarded by the Reader
	mu      sync.Mutex
	archive Archive
	next    func() (Member, error, bool)
	stop    func()
	starts  int               // how often the way began anew
	passed  map[string][]byte // members read on the way
	order   []string          // of passed, oldest first
	bytes   int64
}

func (s *sequence) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rewind()
	if s.archive != nil {
		s.archive.Close()
		s.archive = nil
	}
}

func (s *sequence) rewind() {
	if s.stop != nil {
		s.stop()
	}
	s.next, s.stop = nil, nil
}

func (s *sequence) read(name string, limit int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.passed[name]; ok {
		s.forget(name)
		return data, nil
	}
	// From here to the end, and then once more from the start.
	for range 2 {
		fresh := s.next == nil
		if err := s.start(); err != nil {
			return nil, err
		}
		data, found, err := s.forward(name, limit)
		if found || err != nil {
			return data, err
		}
		s.rewind()
		if fresh {
			break
		}
	}
	return nil, os.ErrNotExist
}

func (s *sequence) start() (err error) {
	if s.archive == nil {
		if s.archive, err = OpenArchive(s.path); err != nil {
			s.archive = nil
			return err
		}
	}
	if s.next == nil {
		s.starts++
		s.next, s.stop = iter.Pull2(s.archive.Members(context.Background()))
	}
	return nil
}

// forward goes on to a member and keeps what it passes.
func (s *sequence) forward(name string, limit int64) ([]byte, bool, error) {
	for {
		m, err, ok := s.next()
		if !ok {
			return nil, false, nil
		}
		if err != nil {
			s.rewind()
			return nil, false, err
		}
		if m.Name == name {
			data, err := readMember(m, limit)
			return data, true, err
		}
		if m.Size <= aheadBytes/8 && m.Problem == "" {
			if data, err := readMember(m, limit); err == nil {
				s.keep(m.Name, data)
			}
		}
	}
}

func readMember(m Member, limit int64) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAll(r, m.Size, limit)
}

func (s *sequence) keep(name string, data []byte) {
	if s.passed == nil {
		s.passed = map[string][]byte{}
	}
	if _, ok := s.passed[name]; ok {
		return
	}
	s.passed[name] = data
	s.order = append(s.order, name)
	for s.bytes += int64(len(data)); s.bytes > aheadBytes; {
		s.forget(s.order[0])
	}
}

func (s *sequence) forget(name string) {
	s.bytes -= int64(len(s.passed[name]))
	delete(s.passed, name)
	for i, n := range s.order {
		if n == name {
			s.order = append(s.order[:i], s.order[i+1:]...)
			return
		}
	}
}
