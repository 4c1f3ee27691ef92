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

// What is unpacked is what a JPEG of the same quality shows, but for the last places in
// which transforms differ.
func TestPack(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {16, 16}, {17, 31}, {200, 133}} {
		p := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		s := scene.Render(4, size.X, size.Y)
		copy(p.Y, s.Grey())
		for i := range p.Cb {
			p.Cb[i], p.Cr[i] = uint8(100+i%50), uint8(180-i%30)
		}
		for _, quality := range []int{1, 50, 80, 100} {
			data, err := imageio.NewPacker(quality).Pack(p)
			if err != nil {
				t.Fatal(err)
			}
			got, err := imageio.Unpack(data)
			if err != nil {
				t.Fatalf("%v, quality %d: %v", size, quality, err)
			}
			var file bytes.Buffer
			if err := jpeg.Encode(&file, p, &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			want, _, err := imageio.Decode(file.Bytes(), imageio.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			n := 3 * got.W
			if d := meanDifference(got.Pix, n, want.Pix, n, n, got.H); got.H != want.H || got.W != want.W || d > .3 {
				t.Errorf("%v, quality %d: %.2f levels from the JPEG", size, quality, d)
			}
			for n := range min(len(data), 1000) {
				if _, err := imageio.Unpack(data[:n]); err == nil {
					t.Fatalf("%v, quality %d: %d of %d bytes are enough", size, quality, n, len(data))
				}
			}
		}
	}
	if _, err := imageio.NewPacker(80).Pack(image.NewYCbCr(image.Rect(0, 0, 9, 9), image.YCbCrSubsampleRatio444)); err == nil {
		t.Error("4:4:4 was taken")
	}
}
