package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
)

// maxHeader is the largest header that the reference implementation accepts.
const maxHeader = 100_000_000

// Info describes one tensor of a file.
type Info struct {
	Name  string
	Type  DType
	Shape []int // none for a scalar

	begin, end int64 // bytes, counted from the end of the header
}

// Len returns the number of elements.
func (i Info) Len() int {
	n := 1
	for _, d := range i.Shape {
		n *= d
	}
	return n
}

// parseHeader reads the JSON of a header and checks it against the number of bytes
// that follow it. The tensors come back in the order of their data.
func parseHeader(text []byte, dataLen int64) ([]Info, map[string]string, error) {
	var infos []Info
	var meta map[string]string
	seen := map[string]bool{}
	err := eachMember(text, func(name string, value json.RawMessage) error {
		if seen[name] {
			return fmt.Errorf("tensor %q stands in the header twice", name)
		}
		seen[name] = true
		if name == "__metadata__" {
			return json.Unmarshal(value, &meta)
		}
		info, err := parseInfo(name, value)
		infos = append(infos, info)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	sort.SliceStable(infos, func(a, b int) bool {
		x, y := infos[a], infos[b]
		return x.begin < y.begin || x.begin == y.begin && x.end < y.end
	})
	return infos, meta, checkLayout(infos, dataLen)
}

// eachMember calls do for every member of a JSON object in order, which a map
// could not: it would hide a name that stands there twice.
func eachMember(text []byte, do func(string, json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("the header is not a JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("the header is not valid JSON: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("the header is not valid JSON: %w", err)
		}
		if err := do(t.(string), value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the header is not valid JSON: %w", err)
	}
	if len(bytes.TrimRight(text[d.InputOffset():], " ")) > 0 {
		return errors.New("the header goes on after its JSON object")
	}
	return nil
}

func parseInfo(name string, value json.RawMessage) (Info, error) {
	var raw struct {
		DType   DType   `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := json.Unmarshal(value, &raw); err != nil {
		return Info{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	size := raw.DType.Size()
	if size == 0 {
		return Info{}, fmt.Errorf("tensor %q has the unknown element type %q", name, raw.DType)
	}
	if len(raw.Offsets) != 2 || raw.Offsets[0] < 0 || raw.Offsets[1] < raw.Offsets[0] {
		return Info{}, fmt.Errorf("tensor %q has the impossible data_offsets %v", name, raw.Offsets)
	}
	info := Info{Name: name, Type: raw.DType, Shape: make([]int, len(raw.Shape)), begin: raw.Offsets[0], end: raw.Offsets[1]}
	bytes := size
	for i, d := range raw.Shape {
		if d < 0 || d > math.MaxInt32 || d > 0 && bytes > math.MaxInt64/d {
			return Info{}, fmt.Errorf("tensor %q has the impossible shape %v", name, raw.Shape)
		}
		bytes *= d
		info.Shape[i] = int(d)
	}
	if bytes != info.end-info.begin {
		return Info{}, fmt.Errorf("tensor %q: shape %v of %s needs %d bytes, its data_offsets hold %d", name, raw.Shape, raw.DType, bytes, info.end-info.begin)
	}
	return info, nil
}

// checkLayout holds the tensors, sorted by place, to the format's rule: one after
// the other, without overlap or gap, to the end of the file.
func checkLayout(infos []Info, dataLen int64) error {
	var at int64
	for _, t := range infos {
		switch {
		case t.end > dataLen:
			return fmt.Errorf("tensor %q ends at byte %d of %d: the file is cut short", t.Name, t.end, dataLen)
		case t.begin < at:
			return fmt.Errorf("tensor %q overlaps the one before it", t.Name)
		case t.begin > at:
			return fmt.Errorf("there is a gap of %d bytes before tensor %q", t.begin-at, t.Name)
		}
		at = t.end
	}
	if at != dataLen {
		return fmt.Errorf("%d bytes after the last tensor belong to none", dataLen-at)
	}
	return nil
}
