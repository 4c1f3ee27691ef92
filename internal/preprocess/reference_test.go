package preprocess

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/curate/curate/internal/raster"
)

// drawn makes the pictures of testdata/pillow_reference.py: noise from a seed, with
// a white and a black block in it.
func drawn(w, h int, seed uint32) *raster.Picture {
	p := raster.New(w, h)
	for i := range p.Pix {
		seed = seed*1664525 + 1013904223
		p.Pix[i] = uint8(seed >> 24)
	}
	for y := h / 4; y < h/2; y++ {
		for x := w / 4; x < w/2; x++ {
			p.Set(x, y, 255, 255, 255)
		}
	}
	for y := h / 2; y < 3*h/4; y++ {
		for x := w / 2; x < 3*w/4; x++ {
			p.Set(x, y, 0, 0, 0)
		}
	}
	return p
}

func readReference[T any](t *testing.T, name string) []T {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	return cases
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestResizeEqualsPillow(t *testing.T) {
	type reference struct {
		In, Out [2]int
		Filter  Filter
		Seed    uint32
		SHA256  string
		Grey    string
		Pixels  []uint16
	}
	for _, c := range readReference[reference](t, "pillow_reference.json") {
		p := drawn(c.In[0], c.In[1], c.Seed)
		out := Resize(p, c.Out[0], c.Out[1], c.Filter)
		if out.W != c.Out[0] || out.H != c.Out[1] {
			t.Fatalf("%v to %v: got %dx%d", c.In, c.Out, out.W, out.H)
		}
		if sha(out.Pix) != c.SHA256 {
			t.Errorf("%v to %v, %v: not Pillow's pixels; got %v, want %v", c.In, c.Out, c.Filter, out.Pix[:3], c.Pixels)
		}
		if grey := ShrinkGrey(p, c.Out[0], c.Out[1]); sha(grey) != c.Grey {
			t.Errorf("%v to %v: ShrinkGrey gives other values than Pillow", c.In, c.Out)
		}
	}
}

func TestTensorEqualsTransformers(t *testing.T) {
	type reference struct {
		Config  json.RawMessage
		In      [2]int
		Seed    uint32
		Shape   [3]int
		Float32 string
	}
	for _, c := range readReference[reference](t, "transformers_reference.json") {
		config, err := ParseConfig(c.Config)
		if err != nil {
			t.Fatalf("%s: %v", c.Config, err)
		}
		if w, h := config.Size(); w != c.Shape[2] || h != c.Shape[1] {
			t.Fatalf("%s: size %dx%d, want %dx%d", c.Config, w, h, c.Shape[2], c.Shape[1])
		}
		raw, err := base64.StdEncoding.DecodeString(c.Float32)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, len(raw)/4)
		if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, want); err != nil {
			t.Fatal(err)
		}
		got := make([]float32, len(want))
		if err := config.Tensor(drawn(c.In[0], c.In[1], c.Seed), got); err != nil {
			t.Fatalf("%s: %v", c.Config, err)
		}
		for i := range want {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Errorf("%s, picture %v: element %d is %v, want %v", c.Config, c.In, i, got[i], want[i])
				break
			}
		}
	}
}
