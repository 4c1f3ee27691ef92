package augment

import (
	"math"

	"github.com/curate/curate/internal/raster"
)

// hue turns colours by a part of the colour circle, -0.5 to 0.5, in the 8-bit HSV
// of Pillow (Convert.c) in which torchvision's adjust_hue does.
func hue(p *raster.Picture, turn float64) *raster.Picture {
	out, by := raster.New(p.W, p.H), uint8(int32(turn*255))
	for i := 0; i < len(p.Pix); i += 3 {
		h, s, v := toHSV(p.Pix[i], p.Pix[i+1], p.Pix[i+2])
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = fromHSV(h+by, s, v)
	}
	return out
}

func toHSV(r, g, b uint8) (h, s, v uint8) {
	top, low := max(r, g, b), min(r, g, b)
	if top == low {
		return 0, 0, top
	}
	span := float32(top - low)
	rc, gc, bc := float32(top-r)/span, float32(top-g)/span, float32(top-b)/span
	var at float32
	switch top {
	case r:
		at = bc - gc
	case g:
		at = float32(2 + float64(rc) - float64(bc))
	default:
		at = float32(4 + float64(gc) - float64(rc))
	}
	at = float32(math.Mod(float64(at)/6+1, 1))
	return uint8(int(float64(at) * 255)), uint8(int(float64(span/float32(top)) * 255)), top
}

func fromHSV(h, s, v uint8) (r, g, b uint8) {
	if s == 0 {
		return v, v, v
	}
	at := float64(h) * 6 / 255
	sector := int(math.Floor(at))
	f, fs := float64(float32(at-float64(float32(sector)))), float64(float32(float64(s)/255))
	part := func(k float64) uint8 { return uint8(math.Round(float64(v) * k)) }
	p, q, t := part(1-fs), part(1-float64(fs*f)), part(1-float64(fs*(1-f)))
	switch sector % 6 {
	case 0:
		return v, t, p
	case 1:
		return q, v, p
	case 2:
		return p, v, t
	case 3:
		return p, q, v
	case 4:
		return t, p, v
	}
	return v, p, q
}
