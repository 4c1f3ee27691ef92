// Package raster holds the one form in which pixels travel through curate: an
// upright 8-bit sRGB picture without alpha.
//
// Start with [New] or [FromImage]. Decoding lives in internal/imageio, resizing
// in internal/preprocess, drawing in internal/scene; this package does none of
// them.
package raster

import (
	"image"
	"image/color"
)

// Picture is W x H pixels of R, G, B, row by row from the top left, 3 bytes a
// pixel: len(Pix) == 3*W*H. Whoever holds a Picture may read it; only its maker
// writes to it. It is an [image.Image], so encoders and hashes take it as it is.
type Picture struct {
	W, H int
	Pix  []uint8
}

// New returns a black picture of w x h pixels.
func New(w, h int) *Picture {
	return &Picture{W: w, H: h, Pix: make([]uint8, 3*w*h)}
}

// Row returns the 3*W bytes of row y; they are the picture's own.
func (p *Picture) Row(y int) []uint8 { return p.Pix[3*p.W*y : 3*p.W*(y+1)] }

// Set writes one pixel.
func (p *Picture) Set(x, y int, r, g, b uint8) {
	i := 3 * (y*p.W + x)
	p.Pix[i], p.Pix[i+1], p.Pix[i+2] = r, g, b
}

// RGB returns one pixel.
func (p *Picture) RGB(x, y int) (r, g, b uint8) {
	i := 3 * (y*p.W + x)
	return p.Pix[i], p.Pix[i+1], p.Pix[i+2]
}

// Clone returns a copy that shares nothing with p.
func (p *Picture) Clone() *Picture {
	return &Picture{W: p.W, H: p.H, Pix: append([]uint8(nil), p.Pix...)}
}

// ColorModel implements [image.Image].
func (p *Picture) ColorModel() color.Model { return color.RGBAModel }

// Bounds implements [image.Image].
func (p *Picture) Bounds() image.Rectangle { return image.Rect(0, 0, p.W, p.H) }

// At implements [image.Image].
func (p *Picture) At(x, y int) color.Color {
	if x < 0 || y < 0 || x >= p.W || y >= p.H {
		return color.RGBA{}
	}
	r, g, b := p.RGB(x, y)
	return color.RGBA{R: r, G: g, B: b, A: 255}
}

// Crop returns a copy of the rectangle that starts at x, y and is w x h pixels;
// it must lie inside the picture.
func (p *Picture) Crop(x, y, w, h int) *Picture {
	out := New(w, h)
	for r := range h {
		copy(out.Row(r), p.Row(y + r)[3*x:3*(x+w)])
	}
	return out
}
