package preprocess

import "github.com/curate/curate/internal/raster"

// Resize returns p at w x h pixels, equal byte for byte to Pillow's
// Image.resize((w, h), f) of an RGB image: fixed-point weights, the rows first,
// each pass rounded to 8 bits. Where p has that size already, p itself is
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
// same as cropping the resized picture.
func resizeWindow(p *raster.Picture, w, h int, f Filter, win window) *raster.Picture {
	if f == Nearest {
		return nearest(p, w, h, win)
	}
	kern := kernelOf(f)
	rows, first := plane{p.Pix, 3 * p.W, p.H}, 0
	columns := axisWeights(p.H, h, win.y, win.h, kern)
	if w != p.W || win.w != w {
		from, to := columns.span()
		rows = horizontal(p, axisWeights(p.W, w, win.x, win.w, kern), from, to)
		first = from
	}
	if h == p.H {
		return &raster.Picture{W: win.w, H: win.h, Pix: rows.pix[rows.stride*(win.y-first):][:rows.stride*win.h]}
	}
	out := raster.New(win.w, win.h)
	vertical(out.Pix, rows, columns, first)
	return out
}

// plane is rows of stride bytes each.
type plane struct {
	pix          []uint8
	stride, rows int
}
