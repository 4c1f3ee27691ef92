package dedup

import (
	"math"
	"math/bits"
	"testing"

	"github.com/corona10/goimagehash"
	"github.com/curate/curate/dedup/internal/area"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

// hills draws a picture of smooth hills, another for every seed.
func hills(seed uint64, w, h int) *raster.Picture {
	rng := edit.NewRand(seed, 1)
	height := make([]float64, w*h)
	for range 90 {
		fx, fy, phase, size := rng.Float64()*7, rng.Float64()*7, rng.Float64()*6.3, 3+6*rng.Float64()
		// cos(a + b) = cos a cos b - sin a sin b
		across := make([][2]float64, w)
		for x := range w {
			across[x][1], across[x][0] = math.Sincos(math.Pi * fx * float64(x) / float64(w))
		}
		for y := range h {
			sin, cos := math.Sincos(math.Pi*fy*float64(y)/float64(h) + phase)
			for x, a := range across {
				height[y*w+x] += size * (a[0]*cos - a[1]*sin)
			}
		}
	}
	p := raster.New(w, h)
	for i, v := range height {
		b := uint8(min(max(128+v, 0), 255))
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = b, b/2+60, 255-b
	}
	return p
}

func TestHashFollowsOrientation(t *testing.T) {
	for seed := range uint64(20) {
		p := hills(seed, 100, 80)
		h := HashOf(p)
		for o := 1; o <= 8; o++ {
			turned := HashOf(p.Orient(o))
			if d := bits.OnesCount64(uint64(h.Orient(o) ^ turned)); d > 1 {
				t.Errorf("seed %d, orientation %d: predicted hash is %d bits off", seed, o, d)
			}
			d, back := Distance(h, turned)
			if d > 1 {
				t.Errorf("seed %d, orientation %d: distance %d", seed, o, d)
			}
			if back != Inverse(o) {
				t.Errorf("seed %d: a picture turned by %d comes back by %d, want %d", seed, o, back, Inverse(o))
			}
		}
	}
}

func TestOrientUndone(t *testing.T) {
	h := Hash(0x9e3779b97f4a7c15)
	for o := 1; o <= 8; o++ {
		if got := h.Orient(o).Orient(Inverse(o)); got != h {
			t.Errorf("orientation %d and back: %016x, want %016x", o, got, h)
		}
	}
}

// The hash is pHash: where a coefficient is not next to zero, goimagehash sets
// the same bit for the same small picture.
func TestHashAgreesWithGoimagehash(t *testing.T) {
	off, seeds := 0, 30
	for seed := range uint64(30) {
		p := hills(seed, 64, 64)
		grey := raster.New(64, 64)
		for i, f := range area.Grey(p, 64, 64) {
			v := uint8(f + .5)
			grey.Pix[3*i], grey.Pix[3*i+1], grey.Pix[3*i+2] = v, v, v
		}
		want, err := goimagehash.PerceptionHash(grey)
		if err != nil {
			t.Fatal(err)
		}
		off += bits.OnesCount64(want.GetHash() ^ uint64(HashOf(p)))
	}
	if mean := float64(off) / float64(seeds); mean > 6 {
		t.Errorf("%.1f bits from goimagehash on average, want at most 6", mean)
	}
}

func TestHashSurvivesEdits(t *testing.T) {
	rng := edit.NewRand(1, 1)
	for _, e := range []edit.Edit{edit.JPEG(30), edit.Resize(.5), edit.Blur(1), edit.Grey(), edit.Mirror()} {
		for seed := range uint64(10) {
			p := hills(seed, 120, 90)
			if d, _ := Distance(HashOf(p), HashOf(e.Apply(rng, p))); d > 6 {
				t.Errorf("%s of picture %d: %d bits apart", e.Name, seed, d)
			}
		}
	}
}

func TestStrangersAreFar(t *testing.T) {
	for seed := range uint64(40) {
		if d, _ := Distance(HashOf(hills(seed, 90, 90)), HashOf(hills(seed+1, 90, 90))); d <= 6 {
			t.Errorf("pictures %d and %d: only %d bits apart", seed, seed+1, d)
		}
	}
}

func TestFlatPictures(t *testing.T) {
	gradient := func(horizontal bool) *raster.Picture {
		p := raster.New(256, 256)
		for y := range 256 {
			for x := range 256 {
				v := uint8(y)
				if horizontal {
					v = uint8(x)
				}
				p.Set(x, y, v, v, v)
			}
		}
		return p
	}
	grain := raster.New(300, 200)
	rng := edit.NewRand(5, 5)
	for i := range grain.Pix {
		grain.Pix[i] = uint8(200 + rng.IntN(5))
	}
	for name, p := range map[string]*raster.Picture{
		"black": raster.New(100, 80), "grain on grey": grain, "one pixel": raster.New(1, 1), "nothing": raster.New(0, 0),
		"gradient across": gradient(true), "gradient down": gradient(false),
	} {
		h := HashOf(p)
		if !h.Flat() {
			t.Errorf("%s: hash %016x, want a flat picture", name, h)
		}
		if d, _ := Distance(h, h); d != 64 {
			t.Errorf("%s: %d bits from itself; flat pictures match nothing", name, d)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	p := hills(1, 500, 400)
	for b.Loop() {
		HashOf(p)
	}
}
