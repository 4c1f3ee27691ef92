package register_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/register"
	"github.com/curate/curate/internal/scene"
)

func TestFind(t *testing.T) {
	for seed := range uint64(5) {
		p := scene.Render(seed, 360, 240)
		for name, c := range map[string]struct {
			other      *raster.Picture
			x, y, w, h float64
		}{
			"itself":          {p, 0, 0, 1, 1},
			"JPEG, smaller":   {apply(p, edit.Chain(edit.Resize(.4), edit.JPEG(30))), 0, 0, 1, 1},
			"stretched":       {apply(p, edit.Stretch(.7)), 0, 0, 1, 1},
			"darker, blurred": {apply(p, edit.Chain(edit.Brightness(.6), edit.Blur(1.5))), 0, 0, 1, 1},
			"nearly black":    {apply(p, edit.Brightness(.1)), 0, 0, 1, 1},
			"a cut":           {p.Crop(90, 60, 216, 144), .25, .25, .6, .6},
			"a cut, smaller":  {apply(p.Crop(0, 24, 288, 192), edit.Resize(.5)), 0, .1, .8, .8},
		} {
			got := register.Find(p, c.other)
			if off := math.Abs(got.X-c.x) + math.Abs(got.Y-c.y) + math.Abs(got.W-c.w) + math.Abs(got.H-c.h); off > .05 || got.Agrees < .85 {
				t.Errorf("scene %d, %s: %+v, want %v %v %v %v", seed, name, got, c.x, c.y, c.w, c.h)
			}
		}
	}
}

func apply(p *raster.Picture, e edit.Edit) *raster.Picture { return e.Apply(edit.NewRand(1, 1), p) }

func TestTheOtherMayShowMore(t *testing.T) {
	p := scene.Render(3, 360, 240)
	got := register.Find(p.Crop(90, 60, 180, 120), p)
	if math.Abs(got.W-2) > .06 || math.Abs(got.X+.5) > .04 {
		t.Errorf("%+v", got)
	}
}

func TestOtherPicturesDoNotAgree(t *testing.T) {
	worst := 0.
	for seed := range uint64(8) {
		p, q := scene.Render(seed, 360, 240), scene.Render(seed+100, 360, 240)
		if seed%2 == 1 { // in the dark they differ as much
			p, q = apply(p, edit.Brightness(.08)), apply(q, edit.Chain(edit.Brightness(.08), edit.JPEG(40)))
		}
		got := register.Find(p, q)
		worst = max(worst, got.Agrees)
	}
	if worst > .6 {
		t.Errorf("of two scenes %.2f agrees", worst)
	}
}

func TestWhereIsSaid(t *testing.T) {
	p := scene.Render(5, 360, 240)
	q := p.Clone()
	other := scene.Render(77, 360, 240)
	for y := range 110 {
		copy(q.Row(y)[:3*150], other.Row(y + 100)[:3*150])
	}
	got := register.Find(p, q)
	if got.Agrees > .95 || got.AtX > .4 || got.AtY > .45 {
		t.Errorf("%+v", got)
	}
}

func TestOddSizes(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {1, 400, 400, 1}, {7, 7, 300, 200}, {2000, 3, 30, 20}} {
		got := register.Find(raster.New(s[0], s[1]), raster.New(s[2], s[3]))
		if math.IsNaN(got.X+got.Y+got.W+got.H+got.Agrees) || math.IsInf(got.W+got.H, 0) {
			t.Errorf("%v: %+v", s, got)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	p, q := scene.Render(1, 360, 240), scene.Render(1, 360, 240).Crop(30, 20, 280, 180)
	for b.Loop() {
		register.Find(p, q)
	}
}

func ExampleFind() {
	p := scene.Render(3, 360, 240)
	at := register.Find(p, p.Crop(180, 120, 180, 120))
	fmt.Printf("%.2f %.2f %.2f %.2f\n", at.X, at.Y, at.W, at.H)
	// Output: 0.50 0.50 0.50 0.50
}
