package scene

import (
	"fmt"
	"math/rand/v2"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

// faults plants one file of every kind of fault, each from a scene of its own.
func (p *planner) faults() {
	for _, fault := range []func(it *item){
		p.blank, p.dark, p.light, p.blurry, p.tiny, p.oddAspect, p.animated, p.truncated, p.corrupt, p.empty, p.other,
	} {
		it := p.scene(Original)
		fault(&it)
		p.items = append(p.items, it)
	}
}

func (p *planner) blank(it *item) {
	r, g, b := uint8(p.rng.IntN(256)), uint8(p.rng.IntN(256)), uint8(p.rng.IntN(256))
	it.Kind = Blank
	it.change = func(src *raster.Picture) *raster.Picture {
		out := raster.New(src.W, src.H)
		for i := 0; i < len(out.Pix); i += 3 {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2] = r, g, b
		}
		return out
	}
}

func (p *planner) dark(it *item) {
	it.Kind = Dark
	it.change = applied(edit.Brightness(.05 + .05*p.rng.Float64()))
}

func (p *planner) light(it *item) {
	left := .015 + .025*p.rng.Float64()
	it.Kind = Light
	it.change = func(src *raster.Picture) *raster.Picture {
		out := raster.New(src.W, src.H)
		for i, v := range src.Pix {
			out.Pix[i] = 255 - uint8(left*float64(255-v)+.5)
		}
		return out
	}
}

func (p *planner) blurry(it *item) {
	it.Kind = Blurry
	it.change = applied(edit.Blur(8 + 4*p.rng.Float64()))
}

func (p *planner) tiny(it *item) {
	it.Kind = Tiny
	it.w, it.h = 28+p.rng.IntN(16), 24+p.rng.IntN(16)
}

func (p *planner) oddAspect(it *item) {
	part := .1 + .8*p.rng.Float64()
	it.Kind = OddAspect
	it.change = func(src *raster.Picture) *raster.Picture {
		h := src.W / 9
		return src.Crop(0, int(float64(src.H-h)*part), src.W, h)
	}
}

func (p *planner) animated(it *item) {
	it.Kind, it.format = Animated, format{gifCodec, 0}
}

func (p *planner) truncated(it *item) {
	part := .3 + .4*p.rng.Float64()
	it.Kind = Truncated
	it.spoil = func(data []byte) []byte { return data[:int(part*float64(len(data)))] }
}

func (p *planner) corrupt(it *item) {
	seed := p.rng.Uint64()
	it.Kind = Corrupt
	it.spoil = func(data []byte) []byte {
		rng := rand.New(rand.NewPCG(seed, 1))
		for i := 20; i < len(data); i++ {
			data[i] = byte(rng.UintN(256))
		}
		return data
	}
}

func (p *planner) empty(it *item) {
	it.Kind = Empty
	it.spoil = func([]byte) []byte { return nil }
}

func (p *planner) other(it *item) {
	it.Kind = Other
	text := fmt.Sprintf("Notes on %s, sheet %d: not a picture, whatever the name says.\n", it.Subject, p.rng.IntN(1000))
	it.spoil = func([]byte) []byte { return []byte(text) }
}

// applied is an edit of fixed strength as a change.
func applied(e edit.Edit) func(p *raster.Picture) *raster.Picture {
	return func(p *raster.Picture) *raster.Picture { return e.Apply(nil, p) }
}
