package preprocess

import (
	"fmt"

	"github.com/curate/curate/internal/raster"
)

// Tensor writes p to dst as the model wants it: channels R, G, B one after the
// other, each h rows of w values (CHW), where w, h are c.Size. dst must have
// 3*w*h elements and stays the caller's; every element is written.
func (c Config) Tensor(p *raster.Picture, dst []float32) error {
	w, h := c.Size()
	if len(dst) != 3*w*h {
		return fmt.Errorf("preprocess: the tensor has %d elements, want 3x%dx%d", len(dst), h, w)
	}
	if p.W <= 0 || p.H <= 0 {
		return fmt.Errorf("preprocess: the picture is empty (%dx%d)", p.W, p.H)
	}
	in, out, err := c.place(p.W, p.H)
	if err != nil {
		return err
	}
	if in.w != w || in.h != h {
		c.fill(dst) // the crop is larger than the picture: black all around
	}
	if in.w > 0 && in.h > 0 {
		rw, rh := c.resized(p.W, p.H)
		c.write(dst, resizeOrCrop(p, rw, rh, c.Filter, in), out.x, out.y)
	}
	return nil
}

// place returns which window of the resized picture is seen, and where in the
// tensor it lies. A crop larger than the picture shows all of it, black around it.
func (c Config) place(pw, ph int) (in, out window, err error) {
	rw, rh := c.resized(pw, ph)
	if rw < 1 || rh < 1 || int64(rw)*int64(rh) > 1<<31 {
		return in, out, fmt.Errorf("preprocess: a picture of %dx%d cannot be resized to %dx%d", pw, ph, rw, rh)
	}
	w, h := c.Size()
	in.x, out.x, in.w = overlap(rw, w)
	in.y, out.y, in.h = overlap(rh, h)
	return in, out, nil
}

// overlap centres a crop of n on size and returns where it starts in the picture,
// where the picture starts in the crop, and the length they share. The rounding is
// that of center_crop in Transformers' image_transforms.py.
func overlap(size, n int) (in, out, shared int) {
	if n <= size {
		return (size - n) / 2, 0, n
	}
	return 0, (n - size + 1) / 2, size
}

// resizeOrCrop is resizeWindow that also knows pictures that need no resize.
func resizeOrCrop(p *raster.Picture, w, h int, f Filter, win window) *raster.Picture {
	switch {
	case w != p.W || h != p.H:
		return resizeWindow(p, w, h, f, win)
	case win.w == w && win.h == h:
		return p
	}
	return p.Crop(win.x, win.y, win.w, win.h)
}

// fill makes the tensor what a black picture gives.
func (c Config) fill(dst []float32) {
	n := len(dst) / 3
	for ch, table := range c.tables() {
		plane := dst[ch*n : (ch+1)*n]
		for i := range plane {
			plane[i] = table[0]
		}
	}
}

// write puts p into the tensor at x, y.
func (c Config) write(dst []float32, p *raster.Picture, x, y int) {
	w, h := c.Size()
	tables := c.tables()
	for r := range p.H {
		at := (y+r)*w + x
		red, green, blue := dst[at:][:p.W], dst[w*h+at:][:p.W], dst[2*w*h+at:][:p.W]
		row := p.Row(r)
		for i := range red {
			px := row[3*i : 3*i+3 : 3*i+3]
			red[i], green[i], blue[i] = tables[0][px[0]], tables[1][px[1]], tables[2][px[2]]
		}
	}
}

// tables returns what each of the 256 values becomes in each channel, computed in
// the precisions NumPy uses there: the product in float64, the rest in float32.
func (c Config) tables() (t [3][256]float32) {
	for ch := range t {
		mean, std := float32(c.Mean[ch]), float32(c.Std[ch])
		for v := range t[ch] {
			f := float32(v)
			if c.DoRescale {
				f = float32(float64(v) * c.RescaleFactor)
			}
			if c.DoNormalize {
				f = (f - mean) / std
			}
			t[ch][v] = f
		}
	}
	return t
}
