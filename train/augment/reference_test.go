package augment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// drawn makes the pictures of testdata/reference.py: noise over a gradient.
func drawn(w, h int, seed uint32) *raster.Picture {
	p := raster.New(w, h)
	for i := range w * h {
		x, y := i%w, i/w
		for c := range 3 {
			seed = seed*1664525 + 1013904223
			v := int(seed>>24)/2 + (x*(3+c)+y*(5-c))%128
			if (x/7+y/5)%3 == 0 {
				v = x * 255 / w
			}
			p.Pix[3*i+c] = uint8(v)
		}
	}
	return p
}

// reference is testdata/reference.json, what torchvision says.
type reference struct {
	Cases []struct {
		Op     string
		Value  float64
		W, H   int
		SHA256 string
	}
	Ranges []struct {
		Op        string
		Signed    bool
		Strengths []float64
	}
}

func readReference(t *testing.T) reference {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) < 80 || len(r.Ranges) != 14 {
		t.Fatalf("%d cases, %d ranges", len(r.Cases), len(r.Ranges))
	}
	return r
}

func TestPixelsEqualTorchvision(t *testing.T) {
	do := map[string]func(p *raster.Picture, v float64) *raster.Picture{
		"brightness": brightness, "contrast": contrast, "colour": colour, "sharpness": sharpness, "hue": hue, "solarize": solarize, "rotate": rotate,
		"posterize": func(p *raster.Picture, v float64) *raster.Picture { return posterize(p, int(v)) },
		"flip":      func(p *raster.Picture, _ float64) *raster.Picture { return p.Orient(2) },
		"resized-crop": func(p *raster.Picture, _ float64) *raster.Picture {
			return preprocess.Resize(p.Crop(5, 3, 30, 20), 24, 24, preprocess.Bicubic)
		},
	}
	for _, o := range operations() {
		if do[o.name] == nil {
			do[o.name] = o.do
		}
	}
	for _, c := range readReference(t).Cases {
		in := drawn(c.W, c.H, 7)
		before := in.Clone()
		sum := sha256.Sum256(do[c.Op](in, c.Value).Pix)
		if hex.EncodeToString(sum[:]) != c.SHA256 {
			t.Errorf("%s %g of %dx%d: other pixels", c.Op, c.Value, c.W, c.H)
		}
		if string(in.Pix) != string(before.Pix) {
			t.Errorf("%s %g writes to its picture", c.Op, c.Value)
		}
	}
}

func TestRandAugmentHasTorchvisionsRanges(t *testing.T) {
	p := raster.New(61, 43)
	for i, want := range readReference(t).Ranges {
		o := operations()[i]
		if o.signed != want.Signed {
			t.Errorf("%s is %s: signed %v", o.name, want.Op, o.signed)
		}
		for m, strength := range want.Strengths {
			got := o.strength(p, m)
			switch o.name {
			case "posterize":
				got = 8 - float64(rounded(got))
			case "solarize":
				got = 255 - got
			}
			if !(math.Abs(got-strength) < 2e-5) {
				t.Errorf("%s (%s) at magnitude %d: %g, want %g", o.name, want.Op, m, got, strength)
			}
		}
	}
}
