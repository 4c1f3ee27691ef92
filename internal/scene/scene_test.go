package scene_test

import (
	"bytes"
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/corona10/goimagehash"

	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

func TestRenderIsDeterministic(t *testing.T) {
	for _, subject := range scene.Subjects() {
		for _, camera := range []scene.Camera{scene.Real, scene.AI} {
			o := scene.Options{Subject: subject, Camera: camera}
			a, b := scene.RenderOf(4, 96, 64, o), scene.RenderOf(4, 96, 64, o)
			if a.W != 96 || a.H != 64 || !bytes.Equal(a.Pix, b.Pix) {
				t.Errorf("%s by %s: %dx%d, the same bytes twice: %v", subject, camera, a.W, a.H, bytes.Equal(a.Pix, b.Pix))
			}
		}
	}
}

func TestScenesAreNoNearDuplicates(t *testing.T) {
	var hashes []*goimagehash.ImageHash
	var names []string
	for _, subject := range scene.Subjects() {
		for seed := range uint64(9) {
			p := scene.RenderOf(seed, 120, 90, scene.Options{Subject: subject, Camera: scene.Real})
			h, err := goimagehash.PerceptionHash(p)
			if err != nil {
				t.Fatal(err)
			}
			for i, other := range hashes {
				if d, err := h.Distance(other); err != nil || d <= 6 {
					t.Errorf("%s %d and %s lie %d bits apart (%v): a hash takes them for copies", subject, seed, names[i], d, err)
				}
			}
			hashes, names = append(hashes, h), append(names, subject)
		}
	}
}

func TestPicturesHaveContent(t *testing.T) {
	for seed := range uint64(40) {
		p := scene.Render(seed, 80, 60)
		mean, deviation := moments(p)
		if mean < 25 || mean > 235 || deviation < 12 {
			t.Errorf("seed %d: mean %.0f, deviation %.0f: too dark, too light or blank", seed, mean, deviation)
		}
	}
}

// The cameras take the same scene; only the real one leaves noise in it.
func TestCamerasDifferInGrain(t *testing.T) {
	for _, subject := range scene.Subjects() {
		r := scene.RenderOf(11, 160, 120, scene.Options{Subject: subject, Camera: scene.Real})
		a := scene.RenderOf(11, 160, 120, scene.Options{Subject: subject, Camera: scene.AI})
		if d := meanDifference(r, a); d < 2 || d > 70 {
			t.Errorf("%s: the two cameras are %.1f grey levels apart", subject, d)
		}
		if gr, ga := repeats(r), repeats(a); ga < gr {
			t.Errorf("%s: pixels two apart are %.3f alike in a real picture, %.3f in a generated one", subject, gr, ga)
		}
	}
}

func TestGeneratorsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range scene.Generators() {
		p := scene.RenderOf(5, 64, 48, scene.Options{Subject: "car", Camera: scene.AI, Generator: g})
		if seen[string(p.Pix)] {
			t.Errorf("%s draws what another draws", g)
		}
		seen[string(p.Pix)] = true
	}
}

func TestOddSizes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 40}, {40, 1}, {2, 3}, {400, 3}, {5, 300}} {
		for _, subject := range scene.Subjects() {
			for _, camera := range []scene.Camera{scene.Real, scene.AI} {
				p := scene.RenderOf(3, size[0], size[1], scene.Options{Subject: subject, Camera: camera})
				if p.W != size[0] || p.H != size[1] || len(p.Pix) != 3*p.W*p.H {
					t.Errorf("%s of %v: %dx%d", subject, size, p.W, p.H)
				}
			}
		}
	}
}

func TestSubjectsAreSortedAndComplete(t *testing.T) {
	want := []string{"airplane", "aquatic", "bird", "car", "cat", "dog", "flower", "ship", "tree"}
	if got := scene.Subjects(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, camera := range []scene.Camera{scene.Real, scene.AI} {
		b.Run(string(camera), func(b *testing.B) {
			seed := uint64(0)
			for b.Loop() {
				scene.RenderOf(seed%36, 320, 240, scene.Options{Subject: scene.Subjects()[seed%9], Camera: camera})
				seed++
			}
		})
	}
}

func moments(p *raster.Picture) (mean, deviation float64) {
	var sum, square float64
	grey := p.Grey()
	for _, v := range grey {
		sum += float64(v)
		square += float64(v) * float64(v)
	}
	n := float64(len(grey))
	mean = sum / n
	return mean, math.Sqrt(square/n - mean*mean)
}

func meanDifference(a, b *raster.Picture) float64 {
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

// repeats is the correlation of the fine detail (a pixel less the mean of its
// neighbours in the row) with that of two pixels on.
func repeats(p *raster.Picture) float64 {
	detail := func(x, y int) float64 {
		v := func(x int) float64 {
			return float64(color.GrayModel.Convert(p.At(x, y)).(color.Gray).Y)
		}
		return v(x) - (v(x-1)+v(x+1))/2
	}
	var product, square float64
	for y := range p.H {
		for x := 1; x < p.W-3; x++ {
			a, b := detail(x, y), detail(x+2, y)
			product += a * b
			square += a * a
		}
	}
	return product / square
}
