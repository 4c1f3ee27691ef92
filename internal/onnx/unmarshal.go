package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Unmarshal reads a ModelProto file. Tensors keep slices of data. Sub-graphs
// (If, Loop) and tensors stored outside the file are refused with an error.
func Unmarshal(data []byte) (*Graph, error) {
	g := New("")
	g.Opsets = map[string]int64{}
	seen := false
	err := fields(data, func(f field) error {
		switch f.num {
		case 7:
			seen = true
			return g.read(f.bytes)
		case 8:
			return g.readOpset(f.bytes)
		}
		return nil
	})
	if err == nil && !seen {
		err = errors.New("it holds no graph")
	}
	if err != nil {
		return nil, fmt.Errorf("not a readable ONNX model: %w", err)
	}
	return g, nil
}

func (g *Graph) readOpset(data []byte) error {
	var domain string
	var version int64
	err := fields(data, func(f field) error {
		switch f.num {
		case 1:
			domain = string(f.bytes)
		case 2:
			version = int64(f.varint)
		}
		return nil
	})
	g.Opsets[domain] = version
	return err
}

func (g *Graph) read(data []byte) error {
	return fields(data, func(f field) (err error) {
		switch f.num {
		case 1:
			var n *Node
			n, err = readNode(f.bytes)
			g.Nodes = append(g.Nodes, n)
		case 2:
			g.Name = string(f.bytes)
		case 5:
			var t *Tensor
			t, err = readTensor(f.bytes)
			g.Init = append(g.Init, t)
		case 11:
			var v Value
			v, err = readValue(f.bytes)
			g.Inputs = append(g.Inputs, v)
		case 12:
			var v Value
			v, err = readValue(f.bytes)
			g.Outputs = append(g.Outputs, v)
		}
		return err
	})
}

func readNode(data []byte) (*Node, error) {
	n := &Node{}
	err := fields(data, func(f field) error {
		switch f.num {
		case 1:
			n.In = append(n.In, string(f.bytes))
		case 2:
			n.Out = append(n.Out, string(f.bytes))
		case 3:
			n.Name = string(f.bytes)
		case 4:
			n.Op = string(f.bytes)
		case 5:
			a, err := readAttr(f.bytes)
			if err != nil {
				return err
			}
			n.Attrs = append(n.Attrs, a)
		case 7:
			n.Domain = string(f.bytes)
		}
		return nil
	})
	return n, err
}

func readAttr(data []byte) (Attr, error) {
	var a Attr
	err := fields(data, func(f field) (err error) {
		switch f.num {
		case 1:
			a.Name = string(f.bytes)
		case 2:
			a.f = math.Float32frombits(f.fixed)
		case 3:
			a.i = int64(f.varint)
		case 4:
			a.s = string(f.bytes)
		case 5:
			a.t, err = readTensor(f.bytes)
		case 6, 11:
			err = fmt.Errorf("attribute %q holds a graph, which is not supported", a.Name)
		case 7:
			a.floats, err = appendFloats(a.floats, f)
		case 8:
			a.ints, err = appendInts(a.ints, f)
		case 20:
			a.kind = attrKind(f.varint)
		}
		return err
	})
	return a, err
}

func readTensor(data []byte) (*Tensor, error) {
	t := &Tensor{}
	var floats []float32
	var ints []int64
	err := fields(data, func(f field) (err error) {
		switch f.num {
		case 1:
			t.Dims, err = appendInts(t.Dims, f)
		case 2:
			t.Type = Type(f.varint)
		case 4:
			floats, err = appendFloats(floats, f)
		case 7:
			ints, err = appendInts(ints, f)
		case 8:
			t.Name = string(f.bytes)
		case 9:
			t.Raw = f.bytes
		case 13, 14:
			err = fmt.Errorf("tensor %q lies outside the file", t.Name)
		}
		return err
	})
	if t.Raw == nil {
		t.Raw = (&Tensor{Floats: floats, Ints: ints}).append(nil)
	}
	return t, errors.Join(err, t.check())
}

// check compares the size of a tensor with its dimensions, so that no reader
// has to.
func (t *Tensor) check() error {
	n := 1
	for _, d := range t.Dims {
		if d < 0 || (d > 0 && n > math.MaxInt32/int(min(d, math.MaxInt32))) {
			return fmt.Errorf("tensor %q has impossible dimensions %v", t.Name, t.Dims)
		}
		n *= int(d)
	}
	if size := t.Type.Size(); size > 0 && len(t.Raw) > 0 && len(t.Raw) != n*size {
		return fmt.Errorf("tensor %q has %d bytes for dimensions %v", t.Name, len(t.Raw), t.Dims)
	}
	return nil
}

func readValue(data []byte) (Value, error) {
	var v Value
	err := fields(data, func(f field) error {
		switch f.num {
		case 1:
			v.Name = string(f.bytes)
		case 2: // TypeProto -> tensor_type
			return inside(f.bytes, 1, func(tensor []byte) error { return v.readType(tensor) })
		}
		return nil
	})
	return v, err
}

func (v *Value) readType(data []byte) error {
	return fields(data, func(f field) error {
		switch f.num {
		case 1:
			v.Type = Type(f.varint)
		case 2: // TensorShapeProto -> dim
			return inside(f.bytes, 1, func(dim []byte) error {
				var d Dim
				err := fields(dim, func(f field) error {
					switch f.num {
					case 1:
						d.Size = int64(f.varint)
					case 2:
						d.Name = string(f.bytes)
					}
					return nil
				})
				v.Dims = append(v.Dims, d)
				return err
			})
		}
		return nil
	})
}

// field is one field of a message, in whichever form the wire gave it.
type field struct {
	num    protowire.Number
	varint uint64
	fixed  uint32
	bytes  []byte
}

// fields calls do for every field of a message, in the order of the file.
func fields(data []byte, do func(field) error) error {
	for len(data) > 0 {
		num, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		f := field{num: num}
		switch typ {
		case protowire.VarintType:
			f.varint, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			f.fixed, n = protowire.ConsumeFixed32(data)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(data)
		default:
			n = protowire.ConsumeFieldValue(num, typ, data)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := do(f); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// inside calls do for every sub-message of that number.
func inside(data []byte, num protowire.Number, do func([]byte) error) error {
	return fields(data, func(f field) error {
		if f.num != num || f.bytes == nil {
			return nil
		}
		return do(f.bytes)
	})
}

// appendInts takes a repeated integer field, packed or not.
func appendInts(out []int64, f field) ([]int64, error) {
	if f.bytes == nil {
		return append(out, int64(f.varint)), nil
	}
	for b := f.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		out, b = append(out, int64(v)), b[n:]
	}
	return out, nil
}

// appendFloats takes a repeated float field, packed or not.
func appendFloats(out []float32, f field) ([]float32, error) {
	if f.bytes == nil {
		return append(out, math.Float32frombits(f.fixed)), nil
	}
	if len(f.bytes)%4 != 0 {
		return nil, errors.New("a list of floats is cut short")
	}
	for i := 0; i < len(f.bytes); i += 4 {
		out = append(out, math.Float32frombits(binary.LittleEndian.Uint32(f.bytes[i:])))
	}
	return out, nil
}
