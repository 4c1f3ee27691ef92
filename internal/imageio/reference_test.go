package imageio

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/internal/raster"
)

// reference is what Pillow made of a file in testdata: see make_pictures.py.
type reference struct {
	Name   string
	Size   [2]int
	Frames int
	RGB    string
}

func references(t testing.TB) []reference {
	t.Helper()
	var list []reference
	if err := json.Unmarshal(testFile(t, "pillow_reference.json"), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Fatalf("only %d references", len(list))
	}
	return list
}

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// difference returns the mean and the largest absolute difference of two pictures
// of the same size.
func difference(t testing.TB, got *raster.Picture, want []byte) (mean float64, largest int) {
	t.Helper()
	if len(got.Pix) != len(want) {
		t.Fatalf("%d bytes of pixels, want %d", len(got.Pix), len(want))
	}
	sum := 0
	for i, v := range got.Pix {
		d := int(v) - int(want[i])
		d = max(d, -d)
		sum, largest = sum+d, max(largest, d)
	}
	return float64(sum) / float64(max(len(want), 1)), largest
}

// Our pixels are Pillow's: exactly where the format is lossless, within rounding
// where libjpeg, libwebp and the blending of alpha do the same sums in another order.
func TestDecodeEqualsPillow(t *testing.T) {
	tolerance := map[string]struct {
		mean    float64
		largest int
	}{
		".jpg": {0.05, 3}, ".webp": {0.15, 3}, ".png": {0, 0}, ".avif": {0.3, 1}, ".heic": {0, 0},
	}
	for _, ref := range references(t) {
		p, info, err := Decode(testFile(t, ref.Name), Limits{})
		if err != nil {
			t.Errorf("%s: %v", ref.Name, err)
			continue
		}
		if p.W != ref.Size[0] || p.H != ref.Size[1] || info.Width != p.W || info.Height != p.H {
			t.Errorf("%s: %dx%d, info %dx%d, want %v", ref.Name, p.W, p.H, info.Width, info.Height, ref.Size)
			continue
		}
		want, err := base64.StdEncoding.DecodeString(ref.RGB)
		if err != nil {
			t.Fatal(err)
		}
		mean, largest := difference(t, p, want)
		allowed := tolerance[filepath.Ext(ref.Name)]
		if mean > allowed.mean || largest > allowed.largest {
			t.Errorf("%s: mean difference to Pillow %.3f, largest %d", ref.Name, mean, largest)
		}
		if info.Frames != ref.Frames {
			t.Errorf("%s: %d frames, want %d", ref.Name, info.Frames, ref.Frames)
		}
	}
}

// A file cut anywhere is invalid, and says so; it never gives half a picture.
func TestEveryCutIsInvalid(t *testing.T) {
	for _, ref := range references(t) {
		data := testFile(t, ref.Name)
		step := 1
		if ext := filepath.Ext(ref.Name); ext == ".avif" || ext == ".heic" {
			step = len(data)/10 + 1 // their decoders are slow
		}
		for n := 0; n < len(data); n += step {
			_, _, err := Decode(data[:n], Limits{})
			var bad *Invalid
			if !errors.As(err, &bad) {
				t.Errorf("%s cut to %d of %d bytes: %v", ref.Name, n, len(data), err)
				break
			}
		}
	}
}

// A damaged byte may give an error or other pixels, but never a panic, and never a
// picture of another size than the header promised.
func TestDamageIsBounded(t *testing.T) {
	for _, ref := range references(t) {
		data := testFile(t, ref.Name)
		step := 1
		if ext := filepath.Ext(ref.Name); ext == ".avif" || ext == ".heic" {
			step = len(data)/10 + 1
		}
		for at := 0; at < len(data); at += step {
			damaged := bytes.Clone(data)
			damaged[at] ^= 0x55
			p, info, err := Decode(damaged, Limits{MaxPixels: 1 << 20})
			var bad *Invalid
			switch {
			case err != nil && !errors.As(err, &bad):
				t.Fatalf("%s with byte %d damaged: %v is no Invalid", ref.Name, at, err)
			case err == nil && (p.W != info.Width || p.H != info.Height || len(p.Pix) != 3*p.W*p.H):
				t.Fatalf("%s with byte %d damaged: %dx%d, info %dx%d", ref.Name, at, p.W, p.H, info.Width, info.Height)
			}
		}
	}
}
