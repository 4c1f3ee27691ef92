package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

// File is an open file, or all shards of a model seen as one. It is safe for use
// by several goroutines at once.
type File struct {
	Metadata map[string]string

	parts  []*part
	tensor map[string]place
}

type part struct {
	path string
	r    io.ReaderAt
	c    io.Closer
	data int64 // where the elements begin
}

type place struct {
	Info
	in *part
}

// Open reads the header of one file. Close the File after use.
func Open(path string) (*File, error) {
	f := &File{tensor: map[string]place{}}
	if err := f.add(path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// OpenReader reads the header of a file of size bytes that lies behind r, such as
// one in memory. name stands for its path in errors. Closing the File closes
// nothing.
func OpenReader(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{tensor: map[string]place{}, parts: []*part{{path: name, r: r}}}
	if err := f.read(f.parts[0], size); err != nil {
		return nil, fmt.Errorf("%s is no readable safetensors file: %w", name, err)
	}
	return f, nil
}

func (f *File) add(path string) error {
	h, err := os.Open(path)
	if err != nil {
		return err
	}
	f.parts = append(f.parts, &part{path: path, r: h, c: h})
	st, err := h.Stat()
	if err == nil {
		err = f.read(f.parts[len(f.parts)-1], st.Size())
	}
	if err != nil {
		return fmt.Errorf("%s is no readable safetensors file: %w", path, err)
	}
	return nil
}

// read takes the header of p, a file of size bytes, and enters its tensors.
func (f *File) read(p *part, size int64) error {
	var head [8]byte
	if _, err := p.r.ReadAt(head[:], 0); err != nil {
		return errors.New("it is shorter than 8 bytes")
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader || int64(n) > size-8 {
		return fmt.Errorf("its header claims %d bytes of the file's %d", n, size)
	}
	text := make([]byte, n)
	if _, err := p.r.ReadAt(text, 8); err != nil {
		return err
	}
	p.data = 8 + int64(n)
	infos, meta, err := parseHeader(text, size-p.data)
	if err != nil {
		return err
	}
	for _, t := range infos {
		if other, ok := f.tensor[t.Name]; ok {
			return fmt.Errorf("tensor %q stands in %s too", t.Name, other.in.path)
		}
		f.tensor[t.Name] = place{t, p}
	}
	if f.Metadata == nil {
		f.Metadata = meta
	}
	return nil
}

// Close closes the file and its shards.
func (f *File) Close() error {
	var errs []error
	for _, p := range f.parts {
		if p.c != nil {
			errs = append(errs, p.c.Close())
		}
	}
	return errors.Join(errs...)
}

// Names returns the names of all tensors, sorted.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.tensor))
	for n := range f.tensor {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Info describes a tensor; false where there is none of that name.
func (f *File) Info(name string) (Info, bool) {
	t, ok := f.tensor[name]
	return t.Info, ok
}

// Bytes returns the elements as they stand in the file, little-endian.
func (f *File) Bytes(name string) ([]byte, error) {
	t, ok := f.tensor[name]
	if !ok {
		return nil, fmt.Errorf("there is no tensor %q", name)
	}
	out := make([]byte, t.end-t.begin)
	if err := t.readAt(out, 0); err != nil {
		return nil, err
	}
	return out, nil
}

// Float32 returns the elements of a tensor of type F32, F16, BF16, F64 or I64, row
// by row. The slice is the caller's.
func (f *File) Float32(name string) ([]float32, error) {
	t, ok := f.tensor[name]
	if !ok {
		return nil, fmt.Errorf("there is no tensor %q", name)
	}
	out := make([]float32, 0, t.Len())
	buf := make([]byte, min(t.end-t.begin, 1<<20))
	for at := int64(0); at < t.end-t.begin; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), t.end-t.begin-at)]
		if err := t.readAt(buf, at); err != nil {
			return nil, err
		}
		var err error
		if out, err = t.Type.decode(out, buf); err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", t.in.path, name, err)
		}
	}
	return out, nil
}

func (t place) readAt(buf []byte, at int64) error {
	if len(buf) == 0 {
		return nil // at the very end of a file even this would be an error
	}
	if _, err := t.in.r.ReadAt(buf, t.in.data+t.begin+at); err != nil {
		return fmt.Errorf("%s: tensor %q: %w", t.in.path, t.Name, err)
	}
	return nil
}
