package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var three = []Tensor{
	{Name: "b", Type: F32, Shape: []int{2, 2}, Floats: []float32{1, -2, .5, 0}},
	{Name: "half", Type: F16, Shape: []int{3}, Raw: []byte{0, 0x3c, 0, 0xc0, 1, 0}},
	{Name: "a", Type: I64, Raw: []byte{7, 0, 0, 0, 0, 0, 0, 0}},
}

// reference is what safetensors.numpy.save of the reference, 0.8.0, returns for
// the tensors above with metadata={"format": "pt"}.
const reference = `{"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},` +
	`"b":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},"half":{"dtype":"F16","shape":[3],"data_offsets":[24,30]}}  `

func encode(t *testing.T, tensors ...Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteGivesTheBytesOfTheReference(t *testing.T) {
	data := encode(t, three...)
	n := binary.LittleEndian.Uint64(data)
	if n%8 != 0 || string(data[8:8+n]) != reference {
		t.Errorf("header of %d bytes:\n%s\nwant\n%s", n, data[8:8+n], reference)
	}
	if !bytes.Equal(data, encode(t, three[2], three[0], three[1])) {
		t.Error("the order of the tensors changed the file")
	}
}

func TestRead(t *testing.T) {
	f := openBytes(t, encode(t, three...))
	if got := f.Names(); !reflect.DeepEqual(got, []string{"a", "b", "half"}) {
		t.Errorf("names: %v", got)
	}
	if f.Metadata["format"] != "pt" {
		t.Errorf("metadata: %v", f.Metadata)
	}
	for name, want := range map[string][]float32{
		"a": {7}, "b": {1, -2, .5, 0}, "half": {1, -2, 1.0 / (1 << 24)},
	} {
		got, err := f.Float32(name)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v, want %v", name, got, err, want)
		}
	}
	if _, err := f.Float32("c"); err == nil {
		t.Error("a missing tensor was read")
	}
}

func TestNumbersOfEveryType(t *testing.T) {
	for _, c := range []struct {
		typ  DType
		raw  []byte
		want float32
	}{
		{F16, []byte{0xff, 0x7b}, 65504},
		{F16, []byte{0, 0x7c}, float32(math.Inf(1))},
		{F16, []byte{0, 0x80}, float32(math.Copysign(0, -1))},
		{F16, []byte{0xff, 0x83}, -1023.0 / (1 << 24)},
		{BF16, []byte{0xc0, 0xbf}, -1.5},
		{F64, binary.LittleEndian.AppendUint64(nil, math.Float64bits(.1)), .1},
		{I64, []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -2},
	} {
		got, err := c.typ.decode(nil, c.raw)
		if err != nil || len(got) != 1 || math.Float32bits(got[0]) != math.Float32bits(c.want) {
			t.Errorf("%s %x: %v %v, want %v", c.typ, c.raw, got, err, c.want)
		}
	}
	if _, err := DType("BOOL").decode(nil, []byte{1}); err == nil {
		t.Error("truth values were read as numbers")
	}
}

// openBytes opens a file that exists in memory only.
func openBytes(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func parse(data []byte) (*File, error) {
	f := &File{tensor: map[string]place{}}
	return f, f.read(&part{path: "memory", r: bytes.NewReader(data)}, int64(len(data)))
}

func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestLyingHeadersAreRefused(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"w":{"dtype":%q,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":              {nil, "shorter than 8"},
		"header too long":    {binary.LittleEndian.AppendUint64(nil, 1<<60), "claims"},
		"no JSON":            {file("nonsense", 0), "not a JSON object"},
		"cut JSON":           {file(`{"w":`, 0), "not valid JSON"},
		"more after it":      {file(`{}{}`, 0), "goes on"},
		"unknown type":       {file(one("F12", "[1]", "[0,4]"), 4), `unknown element type "F12"`},
		"shape overflows":    {file(one("F32", "[2147483647,2147483647,2147483647]", "[0,4]"), 4), "impossible shape"},
		"negative dimension": {file(one("F32", "[-1]", "[0,4]"), 4), "impossible shape"},
		"negative offset":    {file(one("F32", "[1]", "[-4,0]"), 4), "impossible data_offsets"},
		"one offset":         {file(one("F32", "[1]", "[0]"), 4), "impossible data_offsets"},
		"shape and bytes":    {file(one("F32", "[2]", "[0,4]"), 4), "needs 8 bytes"},
		"cut short":          {file(one("F32", "[2]", "[0,8]"), 4), "cut short"},
		"too long":           {file(one("F32", "[1]", "[0,4]"), 9), "belong to none"},
		"gap":                {file(one("F32", "[1]", "[4,8]"), 8), "gap"},
		"overlap": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},`+
			`"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, 6), "overlaps"},
		"twice": {file(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},`+
			`"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, 0), "twice"},
	} {
		if _, err := parse(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestWriteRefusesWhatDoesNotFit(t *testing.T) {
	for name, tensors := range map[string][]Tensor{
		"shape": {{Name: "w", Type: F32, Shape: []int{3}, Floats: []float32{1}}},
		"type":  {{Name: "w", Type: F16, Shape: []int{1}, Floats: []float32{1}}},
		"twice": {{Name: "w", Type: F32, Floats: []float32{1}}, {Name: "w", Type: F16, Raw: []byte{0, 0}}},
	} {
		if err := Write(&bytes.Buffer{}, tensors); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOpenNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broken.safetensors")
	if err := os.WriteFile(path, []byte("GIF89a, surely"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v does not name the file", err)
	}
}

func TestShards(t *testing.T) {
	dir := t.TempDir()
	save := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenModel(dir); err == nil || !strings.Contains(err.Error(), ModelFile) {
		t.Errorf("an empty folder: %v", err)
	}
	save("one.safetensors", encode(t, three[0]))
	save("two.safetensors", encode(t, three[1:]...))
	save(IndexFile, []byte(`{"weight_map":{"a":"two.safetensors","b":"one.safetensors","half":"two.safetensors"}}`))
	f, err := OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if v, err := f.Float32("b"); err != nil || v[1] != -2 || len(f.Names()) != 3 {
		t.Errorf("%v %v %v", f.Names(), v, err)
	}
	save(IndexFile, []byte(`{"weight_map":{"a":"../two.safetensors"}}`))
	if _, err := OpenModel(dir); err == nil {
		t.Error("a shard outside the folder was opened")
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, three); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(file(`{"w":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse(data)
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			info, _ := file.Info(name)
			raw, err := file.Bytes(name)
			if err != nil || int64(len(raw)) != int64(info.Len())*info.Type.Size() {
				t.Fatalf("%s: %d bytes for %v: %v", name, len(raw), info, err)
			}
			if v, err := file.Float32(name); err == nil && len(v) != info.Len() {
				t.Fatalf("%s: %d elements for %v", name, len(v), info)
			}
		}
	})
}

func TestMetadataInMemory(t *testing.T) {
	var b bytes.Buffer
	in := []Tensor{{Name: "w", Type: "I8", Shape: []int{2, 2}, Raw: []byte{1, 2, 3, 255}}}
	if err := WriteWith(&b, in, map[string]string{"z": "1", "a": "\"2\""}); err != nil {
		t.Fatal(err)
	}
	f, err := OpenReader(bytes.NewReader(b.Bytes()), int64(b.Len()), "memory")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := f.Bytes("w")
	if err != nil || !bytes.Equal(raw, in[0].Raw) || f.Metadata["a"] != `"2"` || f.Metadata["format"] != "pt" {
		t.Errorf("%v %v %v", raw, f.Metadata, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenReader(bytes.NewReader(b.Bytes()), int64(b.Len())-1, "memory"); err == nil {
		t.Error("a cut file was read")
	}
}
