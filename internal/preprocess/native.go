package preprocess

import "github.com/curate/curate/internal/raster"

// Native returns c for pictures that are not resized: their middle at the size of
// the tensors, on black where they are smaller. Resizing blurs away the traces by
// which generated pictures are told.
func (c Config) Native() Config {
	w, h := c.Size()
	c.DoResize, c.DoCenterCrop = false, true
	c.Target, c.Crop = Size{Height: h, Width: w}, Size{Height: h, Width: w}
	return c
}

// Picture returns what Tensor writes as a picture, before rescaling and
// normalising. It may be p itself. p may not be empty, nor so long that its resized
// form has no pixels; then it is black.
func (c Config) Picture(p *raster.Picture) *raster.Picture {
	w, h := c.Size()
	in, at, err := c.place(p.W, p.H)
	if err != nil || in.w < 1 || in.h < 1 {
		return raster.New(w, h)
	}
	rw, rh := c.resized(p.W, p.H)
	seen := resizeOrCrop(p, rw, rh, c.Filter, in)
	if in.w == w && in.h == h {
		return seen
	}
	out := raster.New(w, h)
	for r := range seen.H {
		copy(out.Row(at.y + r)[3*at.x:], seen.Row(r))
	}
	return out
}
