package preprocess

import "github.com/curate/curate/internal/raster"

// Resize returns p at w x h pixels, equal byte for byte to what Image.resize((w, h),
// f) of Pillow 13 makes of an RGB image. Where p has that size already, p itself is
// returned. w and h must be positive and p may not be empty.
func Resize(p *raster.Picture, w, h int, f Filter) *raster.Picture {
	if w == p.W && h == p.H {
		return p
	}
	return resizeWindow(p, w, h, f, window{0, 0, w, h})
}

// window is a rectangle of the resized picture; only what lies in it is computed.
type window struct{ x, y, w, h int }

// resizeWindow resizes p to w x h and returns the part inside win, which is the
// same as cropping the resized picture. At least one side must change.
func resizeWindow(p *raster.Picture, w, h int, f Filter, win window) *raster.Picture {
	if f == Nearest {
		return nearest(p, w, h, win)
	}
	out := resample(plane{p.Pix, 3 * p.W, p.W, p.H, 3}, w, h, kernelOf(f), win)
	return &raster.Picture{W: win.w, H: win.h, Pix: out.pix}
}

// plane is rows of samples, channels of them a pixel; it may be a part of a larger one.
type plane struct {
	pix           []uint8
	stride        int // bytes from one row to the next
	width, height int // pixels
	channels      int
}

func newPlane(width, height, channels int) plane {
	return plane{make([]uint8, width*height*channels), width * channels, width, height, channels}
}

func (s plane) row(y int) []uint8 { return s.pix[y*s.stride:][:s.width*s.channels] }

// resample runs both passes over what the window needs of s. Each rounds to 8 bits,
// so their order shows in the result: it is the rows first, unless the height shrinks
// by more than twice what the width does. That is Pillow's rule since version 13
// (earlier ones nearly always do the rows first), found by trying and held by the
// reference test.
func resample(s plane, w, h int, kern kernel, win window) plane {
	columnsFirst := h < s.height && s.height-h > 2*(s.width-w)
	across := axisWeights(s.width, w, win.x, win.w, kern)
	down := axisWeights(s.height, h, win.y, win.h, kern)
	x, width := across.rebase()
	y, height := down.rebase()
	s.pix, s.width, s.height = s.pix[y*s.stride+x*s.channels:], width, height
	if columnsFirst {
		return horizontal(vertical(s, down), across)
	}
	return vertical(horizontal(s, across), down)
}
