package ingest

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/curate/curate/internal/atomicfile"
)

// memoryVersion changes when files that were no pictures might be ones now: new
// formats, another layout of the memory.
const memoryVersion = 1

// Memory remembers, between two ingests, which files are no pictures and which
// archives were read to their end, so that neither is opened again while its stat
// is the same. It lies in a cache: without it everything is found out anew, with
// the same result. A file takes 16 bytes of it. Its methods may be called from
// several goroutines.
type Memory struct {
	path  string
	mu    sync.Mutex
	dirty bool
	data  memoryData
}

type memoryData struct {
	Version  int
	Others   map[uint64]uint64 // key of the path -> key of its stat
	Archives map[string]archiveMemory
}

type archiveMemory struct {
	Stat   Stat
	Others int // members that are no pictures
}

// LoadMemory reads the memory in a cache folder. What is missing, damaged or of
// another version is an empty memory.
func LoadMemory(cache string) *Memory {
	m := &Memory{path: filepath.Join(cache, "ingest.seen")}
	raw, err := os.ReadFile(m.path)
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(raw)).Decode(&m.data)
	}
	if err != nil || m.data.Version != memoryVersion {
		m.data = memoryData{}
	}
	m.data.Version = memoryVersion
	if m.data.Others == nil {
		m.data.Others = map[uint64]uint64{}
	}
	if m.data.Archives == nil {
		m.data.Archives = map[string]archiveMemory{}
	}
	return m
}

// Other tells whether a file was no picture when it last had this stat.
func (m *Memory) Other(f File) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	key, ok := m.data.Others[hashPath(f.Path)]
	return ok && key == f.Stat.key()
}

// SetOther remembers that a file is no picture.
func (m *Memory) SetOther(f File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = true
	m.data.Others[hashPath(f.Path)] = f.Stat.key()
}

// Archive tells whether an archive was read to its end when it last had this stat,
// and how many of its members were no pictures.
func (m *Memory) Archive(f File) (others int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.data.Archives[f.Path]
	return a.Others, ok && a.Stat == f.Stat
}

// SetArchive remembers that an archive was read to its end.
func (m *Memory) SetArchive(f File, others int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = true
	m.data.Archives[f.Path] = archiveMemory{f.Stat, others}
}

// Save writes the memory if it changed. It makes the cache folder.
func (m *Memory) Save() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dirty {
		return nil
	}
	var raw bytes.Buffer
	if err := gob.NewEncoder(&raw).Encode(m.data); err != nil {
		return fmt.Errorf("write %s: %w", m.path, err)
	}
	if err := os.MkdirAll(filepath.Dir(m.path), 0o777); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	if err := atomicfile.WriteFile(m.path, raw.Bytes(), 0o666); err != nil {
		return err
	}
	m.dirty = false
	return nil
}

func (s Stat) key() uint64 { return mix(uint64(s.Size), uint64(s.ModTime), s.Identity) }
