package thumb

import (
	"bytes"
	"image"
	"math"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

func file(t testing.TB, data []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func jpegOf(t testing.TB, p *raster.Picture) []byte {
	data, err := edit.EncodeJPEG(p, 92)
	return file(t, data, err)
}

func pngOf(t testing.TB, p *raster.Picture) []byte {
	data, err := edit.EncodePNG(p)
	return file(t, data, err)
}

func made(t testing.TB, data []byte) (Small, *raster.Picture) {
	t.Helper()
	s, _, err := Make(data, imageio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	small, err := s.Pack()
	p, err2 := Unpack(small)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return s, p
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name         string
		w, h         int
		png          bool
		smallW, view int // view: the longer side
	}{
		{"a JPEG of the web's size", 500, 375, false, 149, 250},
		{"a cheap JPEG", 512, 512, false, 128, 256},
		{"a cheap PNG", 256, 256, true, 112, 256},
		{"a PNG that is not cheap", 500, 375, true, 256, 256},
		{"a large JPEG", 800, 700, false, 256, 256},
		{"an icon", 40, 30, true, 40, 40},
		{"a strip", 900, 60, false, 225, 225},
	} {
		p := scene.Render(3, c.w, c.h)
		data := jpegOf(t, p)
		if c.png {
			data = pngOf(t, p)
		}
		_, small := made(t, data)
		view, _, err := View(data, imageio.DefaultLimits)
		if err != nil || small.W != c.smallW || max(view.W, view.H) != c.view {
			t.Errorf("%s: %dx%d, seen as %dx%d, %v", c.name, small.W, small.H, view.W, view.H, err)
		}
		if got, want := Shows(small, c.w, c.h), c.smallW == c.view; got != want {
			t.Errorf("%s: shows %v", c.name, got)
		}
	}
}

// difference is the mean absolute difference of two pictures of about one size.
func difference(a, b *raster.Picture) float64 {
	s := preprocess.ShrinkArea(preprocess.Samples{Pix: a.Pix, Stride: 3 * a.W, W: a.W, H: a.H, Channels: 3}, b.W, b.H)
	sum := 0.0
	for i, v := range s.Pix {
		sum += math.Abs(float64(v) - float64(b.Pix[i]))
	}
	return sum / float64(len(b.Pix))
}

// What is decoded at a reduced scale and written as a JPEG again is the picture
// averaged to that size, within a few levels.
func TestSmallIsTheWholeShrunk(t *testing.T) {
	for seed := range uint64(1) {
		for _, size := range [][2]int{{500, 375}, {333, 500}, {900, 600}, {257, 255}} {
			p := scene.Render(seed, size[0], size[1])
			for name, data := range map[string][]byte{"jpeg": jpegOf(t, p), "png": pngOf(t, p)} {
				_, small := made(t, data)
				view, _, err := View(data, imageio.DefaultLimits)
				if err != nil {
					t.Fatal(err)
				}
				if d := difference(p, small); d > 7 {
					t.Errorf("scene %d, %v, %s: the small picture is %.2f levels off", seed, size, name, d)
				}
				if d := difference(p, view); d > 7 {
					t.Errorf("scene %d, %v, %s: the view is %.2f levels off", seed, size, name, d)
				}
			}
		}
	}
}

// All ways in which a JPEG may store its colours lead to the same small picture.
func TestEveryKindOfImage(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		img := image.NewYCbCr(image.Rect(0, 0, 201, 133), ratio)
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = 90, 160
		}
		for i := range img.Y {
			img.Y[i] = 50
		}
		got := imageio.FromYCbCr(shrunk(img, 100, 66))
		want := imageio.FromYCbCr(&image.YCbCr{Y: img.Y[:1], Cb: img.Cb[:1], Cr: img.Cr[:1], YStride: 1, CStride: 1, Rect: image.Rect(0, 0, 1, 1)})
		if !bytes.Equal(got.Pix, bytes.Repeat(want.Pix, 6600)) {
			t.Errorf("%v: one colour became several", ratio)
		}
	}
}

func TestTurned(t *testing.T) {
	p := scene.Render(6, 120, 80)
	planes := fromRGB(p)
	for o := 1; o <= 8; o++ {
		if d := difference(p.Orient(o), imageio.FromYCbCr(turned(planes, o))); d > 3 {
			t.Errorf("orientation %d: %.2f levels off", o, d)
		}
	}
}

// A JPEG that ends too soon is refused at every scale.
func TestTruncatedIsRefused(t *testing.T) {
	for _, size := range [][2]int{{300, 225}, {800, 700}} {
		data := jpegOf(t, scene.Render(7, size[0], size[1]))
		for _, n := range []int{len(data) - 2, len(data) * 9 / 10, len(data) / 2, 700} {
			if _, _, err := Make(data[:n], imageio.DefaultLimits); err == nil {
				t.Errorf("%d of %d bytes are taken for a picture", n, len(data))
			}
			if _, _, err := View(data[:n], imageio.DefaultLimits); err == nil {
				t.Errorf("%d of %d bytes are looked at", n, len(data))
			}
		}
	}
}

func BenchmarkMake(b *testing.B) {
	data := jpegOf(b, scene.Render(1, 500, 375))
	for b.Loop() {
		made(b, data)
	}
}
