package scene

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
)

// Kind is what a planted file is there for.
type Kind string

// The kinds of files of a heap.
const (
	Original  Kind = "original"   // a scene that occurs nowhere else but in its copies
	Exact     Kind = "exact"      // the same bytes as another file
	Edited    Kind = "edit"       // an original that was edited and saved again
	Conflict  Kind = "conflict"   // the same bytes under the other label
	Blank     Kind = "blank"      // one colour
	Dark      Kind = "dark"       // hardly any light
	Light     Kind = "light"      // hardly anything but light
	Blurry    Kind = "blurry"     // far out of focus
	Tiny      Kind = "tiny"       // a few dozen pixels
	OddAspect Kind = "odd_aspect" // a strip
	Animated  Kind = "animated"   // a GIF of several frames
	Truncated Kind = "truncated"  // the end of the file is missing
	Corrupt   Kind = "corrupt"    // the right beginning, then anything
	Empty     Kind = "empty"      // no byte at all
	Other     Kind = "other"      // not a picture, whatever its name says
)

// File is one file of a heap and the truth about it.
type File struct {
	Path    string `json:"path"` // slashes, relative to the heap's folder: raw/real/car/0001.jpg
	Kind    Kind   `json:"kind"`
	Of      string `json:"of,omitempty"`   // path of the file that it is a copy of
	Edit    string `json:"edit,omitempty"` // name of the edit, of package edit
	Label   string `json:"label"`
	Subject string `json:"subject"`
}

// Planted is the truth about a heap: what planted.json holds.
type Planted struct {
	Version  int    `json:"version"`
	Seed     uint64 `json:"seed"`
	Count    int    `json:"count"`
	Complete bool   `json:"complete"` // false while the files are being written
	Files    []File `json:"files"`    // sorted by path

	Drawn bool `json:"-"` // by this call of [Heap]; false when the heap was there already
}

// heapVersion changes with anything that changes the files of a heap.
const heapVersion = 1

// Names inside a heap's folder. Only the first is for ingesting.
const (
	rawFolder    = "raw"
	manifestFile = "raw.tsv"
	plantedFile  = "planted.json"
)

// Raw returns the folder of pictures of the heap in dir.
func Raw(dir string) string { return filepath.Join(dir, rawFolder) }

// Manifest returns the path of the manifest of the heap in dir: tab separated,
// with path (relative to dir), label, subject, source, generator and prompt.
func Manifest(dir string) string { return filepath.Join(dir, manifestFile) }

// ReadPlanted returns the truth about the heap in dir. A folder without a heap
// gives an error that wraps [fs.ErrNotExist].
func ReadPlanted(dir string) (Planted, error) {
	var p Planted
	data, err := os.ReadFile(filepath.Join(dir, plantedFile))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("read %s: %w; delete it to draw the pictures afresh", filepath.Join(dir, plantedFile), err)
	}
	return p, nil
}

// Of returns the files of one kind.
func (p Planted) Of(kind Kind) []File {
	var out []File
	for _, f := range p.Files {
		if f.Kind == kind {
			out = append(out, f)
		}
	}
	return out
}

func (p Planted) write(dir string) error {
	data, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, plantedFile), append(data, '\n'), 0o644)
}

// present says whether the heap in dir is whole and was drawn from these
// options by this version.
func (p Planted) present(dir string, o HeapOptions) bool {
	if !p.Complete || p.Version != heapVersion || p.Seed != o.Seed || p.Count != o.Count {
		return false
	}
	for _, f := range p.Files {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path))); err != nil {
			return false
		}
	}
	_, err := os.Stat(Manifest(dir))
	return err == nil
}

// clearHeap makes room for a heap in dir. Pictures that no heap has left there are
// somebody's own: it is an error that they are in the way.
func clearHeap(dir string) error {
	_, err := os.Stat(Raw(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, plantedFile)); err != nil {
		return fmt.Errorf("%s holds files that were not drawn here: name another folder", Raw(dir))
	}
	return os.RemoveAll(Raw(dir))
}
