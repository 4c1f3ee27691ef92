package onnx

import (
	"bytes"
	"reflect"
	"testing"
)

// small is y = Gemm(x, w) + 1, then transposed.
func small() *Graph {
	g := New("small")
	x := g.Input("x", Float, Dim{Name: "n"}, Dim{Size: 2})
	w := g.Weight("w", []float32{1, 2, 3, 4}, 2, 2)
	y := g.Op("Gemm", []string{x, w}, IntAttr("transB", 1), FloatAttr("alpha", .5))
	y = g.Op("Transpose", []string{g.Op("Add", []string{y, g.Float(1)})}, IntsAttr("perm", 1, 0))
	g.OpIn(Microsoft, "Gelu", 1, []string{y}, StringAttr("note", "fused"))
	g.Rename(y, "y")
	g.Output("y", Float, Dims(2, 3)...)
	return g
}

func TestRoundTrip(t *testing.T) {
	want := small()
	data := want.Marshal()
	if !bytes.Equal(data, small().Marshal()) {
		t.Error("the same graph gave other bytes")
	}
	got, err := Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Inputs, want.Inputs) || !reflect.DeepEqual(got.Outputs, want.Outputs) {
		t.Errorf("inputs and outputs: %v %v", got.Inputs, got.Outputs)
	}
	if !reflect.DeepEqual(got.Nodes, want.Nodes) {
		t.Errorf("nodes differ")
	}
	if !reflect.DeepEqual(got.Opsets, want.Opsets) {
		t.Errorf("operator sets: %v", got.Opsets)
	}
	w, err := got.Init[0].Float32s()
	if err != nil || !reflect.DeepEqual(w, []float32{1, 2, 3, 4}) {
		t.Errorf("weight: %v %v", w, err)
	}
	if !bytes.Equal(got.Marshal(), data) {
		t.Error("reading and writing changed the file")
	}
}

func TestConstantsAreStoredOnce(t *testing.T) {
	g := New("c")
	store := func() [3]string { return [3]string{g.Float(.5), g.Ints(1, 2), g.Floats(1)} }
	if first, again := store(), store(); first != again || len(g.Init) != 3 {
		t.Errorf("equal constants have two names: %v %v", first, again)
	}
	if g.Float(1) == g.Floats(1) {
		t.Error("a scalar and a vector share a name")
	}
}

func TestUnmarshalRefusesWhatIsNoModel(t *testing.T) {
	whole := small().Marshal()
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("not a model"), "cut": whole[:len(whole)/2],
	} {
		if _, err := Unmarshal(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(small().Marshal())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Unmarshal(data)
		if err != nil {
			return
		}
		for _, tensor := range g.Init {
			if v, err := tensor.Float32s(); err == nil && len(v) != tensor.Len() {
				t.Errorf("%d values for %v", len(v), tensor.Dims)
			}
		}
	})
}
