package register

import (
	"math"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// grey is a picture in shades of grey.
type grey struct {
	w, h int
	px   []float32
}

// greyOf takes the colour of a picture away, and what is finer than is compared.
func greyOf(p *raster.Picture) grey {
	w, h := sizeOf(p.W, p.H, fine)
	if w < p.W {
		p = preprocess.Resize(p, w, h, preprocess.Bilinear)
	}
	g := grey{p.W, p.H, make([]float32, p.W*p.H)}
	for i, v := range p.Grey() {
		g.px[i] = float32(v)
	}
	return g
}

// sizeOf scales to a longer side, never up.
func sizeOf(w, h, side int) (int, int) {
	s := min(1, float64(side)/float64(max(w, h)))
	return max(1, int(float64(w)*s+.5)), max(1, int(float64(h)*s+.5))
}

func (g grey) fit(side int) grey {
	w, h := sizeOf(g.w, g.h, side)
	return g.resize(w, h)
}

// resize scales by averaging areas, or between pixels where it grows.
func (g grey) resize(w, h int) grey {
	if w == g.w && h == g.h {
		return g
	}
	across := grey{g.h, w, resample(g, w)} // on its side
	return grey{w, h, resample(across, h)}
}

// resample scales the rows of g to m pixels, and lays what comes out on its side: its rows
// are the columns.
func resample(g grey, m int) []float32 {
	out := make([]float32, g.h*m)
	scale := float64(g.w) / float64(m)
	for i := range m {
		from, to := float64(i)*scale, float64(i+1)*scale
		if scale < 1 { // the two nearest
			from = max(0, min((from+to)/2-.5, float64(g.w-1)))
			to = from + 1
		}
		first, last := int(from), min(int(math.Ceil(to)), g.w)
		head, tail := float32(float64(first+1)-from), float32(to-float64(last-1))
		if last-first == 1 {
			head, tail = 1, 1
		}
		one := 1 / float32(min(to, float64(last))-from)
		for row := range g.h {
			px := g.px[row*g.w+first : row*g.w+last]
			sum := head * px[0]
			if n := len(px); n > 1 {
				for _, v := range px[1 : n-1] {
					sum += v
				}
				sum += tail * px[n-1]
			} else {
				sum /= one
			}
			out[i*g.h+row] = sum * one
		}
	}
	return out
}

// field is a picture in which windows are looked at.
type field struct {
	grey
	one, two []float64 // sums of grey and of its square above and left of every pixel
}

func (g grey) field() field {
	w := g.w + 1
	f := field{g, make([]float64, w*(g.h+1)), make([]float64, w*(g.h+1))}
	for y := range g.h {
		var one, two float64
		for x := range g.w {
			v := float64(g.px[y*g.w+x])
			one, two = one+v, two+v*v
			f.one[(y+1)*w+x+1] = f.one[y*w+x+1] + one
			f.two[(y+1)*w+x+1] = f.two[y*w+x+1] + two
		}
	}
	return f
}

func (f field) box(sums []float64, x, y, w, h int) float64 {
	n := f.w + 1
	return sums[(y+h)*n+x+w] - sums[y*n+x+w] - sums[(y+h)*n+x] + sums[y*n+x]
}

// probe is a picture that is laid on others.
type probe struct {
	grey
	one, two float64
}

func (g grey) probe() probe {
	p := probe{grey: g}
	for _, v := range g.px {
		p.one, p.two = p.one+float64(v), p.two+float64(v)*float64(v)
	}
	return p
}

// under correlates a probe with what lies under it at x, y.
func (f field) under(t probe, x, y int) float64 {
	var cross float64
	for row := range t.h {
		under, over := f.px[(y+row)*f.w+x:][:t.w], t.px[row*t.w:][:t.w]
		var s0, s1, s2, s3 float32
		for len(over) >= 4 && len(under) >= 4 {
			s0 += over[0] * under[0]
			s1 += over[1] * under[1]
			s2 += over[2] * under[2]
			s3 += over[3] * under[3]
			over, under = over[4:], under[4:]
		}
		for i, v := range over {
			s0 += v * under[i]
		}
		cross += float64(s0 + s1 + s2 + s3)
	}
	return pearson(float64(t.w*t.h), f.box(f.one, x, y, t.w, t.h), f.box(f.two, x, y, t.w, t.h), t.one, t.two, cross)
}

// pearson is the correlation of n pairs by their sums; of what is flat it is 0.
func pearson(n, a, aa, b, bb, ab float64) float64 {
	va, vb := aa-a*a/n, bb-b*b/n
	if va < n || vb < n { // less than one level of deviation
		return 0
	}
	return (ab - a*b/n) / math.Sqrt(va*vb)
}
