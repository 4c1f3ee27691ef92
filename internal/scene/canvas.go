package scene

import (
	"image"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// canvas is the frame that is painted: w x h colours, row by row. A length of 1
// in the frame is h pixels.
type canvas struct {
	w, h int
	pix  []rgb
}

func newCanvas(w, h int) *canvas {
	return &canvas{w: w, h: h, pix: make([]rgb, w*h)}
}

func (c *canvas) aspect() float64 { return float64(c.w) / float64(c.h) }

// paint sets every pixel of the rows between two heights of the frame.
func (c *canvas) paint(top, bottom float64, colour func(x, y float64) rgb) {
	y0, y1 := c.rowOf(top), c.rowOf(bottom)
	for y := y0; y < y1; y++ {
		for x := range c.w {
			c.pix[y*c.w+x] = colour((float64(x)+.5)/float64(c.h), (float64(y)+.5)/float64(c.h))
		}
	}
}

func (c *canvas) rowOf(y float64) int {
	return min(max(int(math.Round(y*float64(c.h))), 0), c.h)
}

// cover is how much of each pixel of a box a shape covers, 0 to 1.
type cover struct {
	box   image.Rectangle
	alpha []float32
}

func (m cover) at(x, y int) float32 {
	return m.alpha[(y-m.box.Min.Y)*m.box.Dx()+x-m.box.Min.X]
}

// cover rasterises a shape, with a margin of some pixels around it; the box
// reaches beyond the frame by no more than the margin. It is empty where
// nothing of the shape can show.
func (c *canvas) cover(s shape, margin int) cover {
	box := c.bounds(s).Inset(-margin).Intersect(image.Rect(-margin, -margin, c.w+margin, c.h+margin))
	if box.Empty() || box.Intersect(image.Rect(0, 0, c.w, c.h)).Empty() {
		return cover{}
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, outline := range s {
		for i, p := range outline {
			x, y := float32(p.x*float64(c.h))-float32(box.Min.X), float32(p.y*float64(c.h))-float32(box.Min.Y)
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	mask := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	z.DrawOp = draw.Src
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	out := cover{box: box, alpha: make([]float32, len(mask.Pix))}
	for i, v := range mask.Pix {
		out.alpha[i] = float32(v) / 255
	}
	return out
}

// bounds is the smallest box of pixels around a shape.
func (c *canvas) bounds(s shape) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, outline := range s {
		for _, p := range outline {
			x0, y0 = min(x0, p.x), min(y0, p.y)
			x1, y1 = max(x1, p.x), max(y1, p.y)
		}
	}
	if x0 > x1 {
		return image.Rectangle{}
	}
	f := float64(c.h)
	pixel := func(v float64) int { return int(min(max(v*f, -1e6), 1e6)) }
	return image.Rect(pixel(x0)-1, pixel(y0)-1, pixel(x1)+2, pixel(y1)+2)
}

// blurred is the cover after two box filters of a radius in pixels.
func (m cover) blurred(radius int) cover {
	out := cover{box: m.box, alpha: append([]float32(nil), m.alpha...)}
	w, h := m.box.Dx(), m.box.Dy()
	if radius < 1 || w == 0 {
		return out
	}
	buf := make([]float32, max(w, h))
	for range 2 {
		for y := range h {
			boxFilter(out.alpha[y*w:], buf, w, 1, radius)
		}
		for x := range w {
			boxFilter(out.alpha[x:], buf, h, w, radius)
		}
	}
	return out
}

// boxFilter replaces n values, a stride apart, by the mean of 2r+1 around each;
// beyond the ends there is nothing.
func boxFilter(v, buf []float32, n, stride, r int) {
	for i := range n {
		buf[i] = v[i*stride]
	}
	var sum float32
	for i := range min(r, n) {
		sum += buf[i]
	}
	inv := 1 / float32(2*r+1)
	for i := range n {
		if i+r < n {
			sum += buf[i+r]
		}
		if i-r-1 >= 0 {
			sum -= buf[i-r-1]
		}
		v[i*stride] = sum * inv
	}
}
