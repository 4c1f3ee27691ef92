package imageio_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/scene"
)

// meanDifference compares planes of one size.
func meanDifference(a []uint8, strideA int, b []uint8, strideB, w, h int) float64 {
	sum := 0.0
	for y := range h {
		for x := range w {
			sum += math.Abs(float64(a[y*strideA+x]) - float64(b[y*strideB+x]))
		}
	}
	return sum / float64(w*h)
}

func planesOf(t *testing.T, data []byte, long int) *image.YCbCr {
	t.Helper()
	r, _, err := imageio.DecodeReduced(data, imageio.DefaultLimits, func(imageio.Info) int { return long })
	if err != nil {
		t.Fatal(err)
	}
	return r.Image.(*image.YCbCr)
}

// A JPEG decoded at a reduced scale is its full size averaged to that scale, but for
// what the transform of the low frequencies rings.
func TestReducedIsFullAveraged(t *testing.T) {
	data, err := edit.EncodeJPEG(scene.Render(2, 400, 296), 92)
	if err != nil {
		t.Fatal(err)
	}
	full := planesOf(t, data, 400)
	for _, c := range []struct {
		long, w, h int
		most       float64 // mean levels off
	}{{200, 200, 148, 2.5}, {100, 100, 74, 2.5}, {50, 50, 37, 1}} {
		got := planesOf(t, data, c.long)
		if got.Rect.Dx() != c.w || got.Rect.Dy() != c.h {
			t.Fatalf("at least %d pixels: %v", c.long, got.Rect)
		}
		want := preprocess.ShrinkArea(preprocess.Samples{Pix: full.Y, Stride: full.YStride, W: 400, H: 296, Channels: 1}, c.w, c.h)
		if d := meanDifference(got.Y, got.YStride, want.Pix, want.Stride, c.w, c.h); d > c.most {
			t.Errorf("%dx%d: luma is %.2f levels off", c.w, c.h, d)
		}
		cw, ch := (c.w+1)/2, (c.h+1)/2
		want = preprocess.ShrinkArea(preprocess.Samples{Pix: full.Cb, Stride: full.CStride, W: 200, H: 148, Channels: 1}, cw, ch)
		if d := meanDifference(got.Cb, got.CStride, want.Pix, want.Stride, cw, ch); d > c.most {
			t.Errorf("%dx%d: chroma is %.2f levels off", c.w, c.h, d)
		}
	}
}

// Any reader of JPEGs gets back what was written, the better the higher the quality.
func TestEncode(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {16, 16}, {17, 31}, {200, 133}} {
		p := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		s := scene.Render(4, size.X, size.Y)
		copy(p.Y, s.Grey())
		for i := range p.Cb {
			p.Cb[i], p.Cr[i] = uint8(100+i%50), uint8(180-i%30)
		}
		last := math.Inf(1)
		for _, quality := range []int{50, 80, 100} {
			data, err := imageio.NewJPEGEncoder(quality).Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%v, quality %d: %v", size, quality, err)
			}
			got := img.(*image.YCbCr)
			d := meanDifference(got.Y, got.YStride, p.Y, p.YStride, size.X, size.Y)
			if m := imageio.Metadata(data); d > last+.5 || quality == 100 && d > 1 || m.Quality != quality {
				t.Errorf("%v, quality %d: %.2f levels off, read as quality %d", size, quality, d, m.Quality)
			}
			last = d
		}
	}
	if _, err := imageio.NewJPEGEncoder(80).Encode(image.NewYCbCr(image.Rect(0, 0, 9, 9), image.YCbCrSubsampleRatio444)); err == nil {
		t.Error("4:4:4 was taken")
	}
}
