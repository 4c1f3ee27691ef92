package preprocess

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/raster"
)

// A window of the resized picture is the crop of the whole resized picture.
func TestWindowIsCropOfWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		p := drawn(1+rng.IntN(60), 1+rng.IntN(60), rng.Uint32())
		w, h, f := 1+rng.IntN(60), 1+rng.IntN(60), Filter(rng.IntN(6))
		if w == p.W && h == p.H {
			continue
		}
		x, y := rng.IntN(w), rng.IntN(h)
		win := window{x, y, 1 + rng.IntN(w-x), 1 + rng.IntN(h-y)}
		got := resizeWindow(p, w, h, f, win)
		want := Resize(p, w, h, f).Crop(win.x, win.y, win.w, win.h)
		if string(got.Pix) != string(want.Pix) {
			t.Fatalf("%dx%d to %dx%d, %v: window %+v differs from the crop", p.W, p.H, w, h, f, win)
		}
	}
}

// Every filter keeps a plain colour, whatever the sizes.
func TestResizeKeepsPlainColour(t *testing.T) {
	p := raster.New(37, 23)
	for i := range p.Pix {
		p.Pix[i] = uint8(40 + 80*(i%3))
	}
	for f := Nearest; f <= Hamming; f++ {
		for _, size := range [][2]int{{1, 1}, {5, 90}, {90, 5}, {37, 5}, {300, 200}} {
			out := Resize(p, size[0], size[1], f)
			for i, v := range out.Pix {
				if want := uint8(40 + 80*(i%3)); v != want {
					t.Fatalf("%v to %v: byte %d is %d, want %d", f, size, i, v, want)
				}
			}
		}
	}
}

// Turning the picture over turns the resized picture over: no filter is skewed.
// The fixed-point sums of mirrored weights are the same, so this is exact.
func TestResizeIsSymmetric(t *testing.T) {
	p := drawn(53, 31, 7)
	for _, f := range []Filter{Lanczos, Bilinear, Bicubic, Hamming} {
		a := Resize(p, 20, 17, f).Orient(2)
		b := Resize(p.Orient(2), 20, 17, f)
		for i := range a.Pix {
			if d := int(a.Pix[i]) - int(b.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("%v: byte %d is %d one way and %d the other", f, i, a.Pix[i], b.Pix[i])
			}
		}
	}
}

func TestResizeToItselfIsThePicture(t *testing.T) {
	p := drawn(9, 7, 3)
	if Resize(p, 9, 7, Bicubic) != p {
		t.Error("a picture that has the size already was copied")
	}
}

func BenchmarkTensor(b *testing.B) {
	c, err := ParseConfig([]byte(`{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256}}`))
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]float32, 3*224*224)
	for _, size := range [][2]int{{500, 375}, {1024, 1024}, {4000, 3000}} {
		p := drawn(size[0], size[1], 1)
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			for b.Loop() {
				if err := c.Tensor(p, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkShrinkGrey(b *testing.B) {
	p := drawn(500, 375, 1)
	for b.Loop() {
		ShrinkGrey(p, 64, 64)
	}
}
