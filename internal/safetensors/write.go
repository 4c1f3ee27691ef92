package safetensors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"sort"
)

// Tensor is what [Write] writes: float32 elements in Floats, or bytes of any type
// in Raw.
type Tensor struct {
	Name   string
	Type   DType
	Shape  []int
	Floats []float32 // for F32
	Raw    []byte    // little-endian, for any type; used where Floats is nil
}

func (t Tensor) bytes() int64 {
	if t.Floats != nil {
		return 4 * int64(len(t.Floats))
	}
	return int64(len(t.Raw))
}

func (t Tensor) check() error {
	info := Info{Shape: t.Shape}
	switch {
	case t.Floats != nil && t.Type != F32:
		return fmt.Errorf("tensor %q: float32 elements cannot be written as %s", t.Name, t.Type)
	case t.Type.Size() == 0:
		return fmt.Errorf("tensor %q has the unknown element type %q", t.Name, t.Type)
	case t.bytes() != int64(info.Len())*t.Type.Size():
		return fmt.Errorf("tensor %q: %d bytes do not fill shape %v of %s", t.Name, t.bytes(), t.Shape, t.Type)
	}
	return nil
}

// Write writes a file. The same tensors give the same bytes whatever their order:
// they are laid out as the reference does it, larger elements first, then by
// name. Metadata "format" is "pt", without which Transformers refuses a file.
func Write(w io.Writer, tensors []Tensor) error { return WriteWith(w, tensors, nil) }

// WriteWith is [Write] with metadata of the writer's own beside "format", which it
// may not name.
func WriteWith(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := append([]Tensor(nil), tensors...)
	sort.SliceStable(sorted, func(a, b int) bool {
		x, y := sorted[a], sorted[b]
		if x.Type.Size() != y.Type.Size() {
			return x.Type.Size() > y.Type.Size()
		}
		return x.Name < y.Name
	})
	head, err := header(sorted, metadata)
	if err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(head) // a bufio.Writer keeps its first error for Flush
	for _, t := range sorted {
		t.write(out)
	}
	return out.Flush()
}

// header returns the length, the JSON and the spaces that bring the elements to a
// multiple of 8 bytes.
func header(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	all := map[string]string{}
	maps.Copy(all, metadata)
	all["format"] = "pt"
	meta, err := json.Marshal(all) // in the order of its keys
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"__metadata__":%s`, meta)
	var at int64
	taken := map[string]bool{"__metadata__": true}
	for _, t := range tensors {
		if err := t.check(); err != nil {
			return nil, err
		}
		if taken[t.Name] {
			return nil, fmt.Errorf("tensor name %q is taken", t.Name)
		}
		taken[t.Name] = true
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		dims, err := json.Marshal(shape)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `,%s:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, name, t.Type, dims, at, at+t.bytes())
		at += t.bytes()
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(b.Len())), b.Bytes()...), nil
}

func (t Tensor) write(out *bufio.Writer) {
	if t.Floats == nil {
		out.Write(t.Raw)
		return
	}
	var b [4]byte
	for _, v := range t.Floats {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
		out.Write(b[:])
	}
}
