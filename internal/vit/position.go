package vit

import (
	"fmt"
	"math"
)

// positions returns the position embeddings for a picture of w x h pixels: prefix
// tokens as they are, the square grid of patches resized as Transformers'
// interpolate_pos_encoding does it. Shape: prefix + rows*cols, by Hidden.
func (m *Model) positions(w, h int) ([]float32, error) {
	c := m.Config
	cols, rows, grid := w/c.Patch, h/c.Patch, c.Grid()
	if cols < 1 || rows < 1 {
		return nil, fmt.Errorf("a picture of %d x %d pixels is smaller than one patch of %d", w, h, c.Patch)
	}
	all := m.Weights["embeddings.position_embeddings"].Data
	if cols*rows == grid*grid && w == h {
		return all, nil
	}
	kernel := bicubic
	if c.Family == Registers {
		kernel = bicubicAntialias
	}
	prefix := c.Prefix() * c.Hidden
	out := make([]float32, prefix, prefix+rows*cols*c.Hidden)
	copy(out, all)
	return append(out, resample(all[prefix:], grid, c.Hidden, kernel(grid, rows), kernel(grid, cols))...), nil
}

// Resize returns a model whose position embeddings and configuration are those for
// square pictures of side pixels, so that its saved folder needs no interpolation.
// All other weights are shared with m.
func (m *Model) Resize(side int) (*Model, error) {
	if side == m.Config.ImageSize {
		return m, nil
	}
	pos, err := m.positions(side, side)
	if err != nil {
		return nil, err
	}
	out := &Model{m.Config, Weights{}}
	out.Config.ImageSize = side
	for n, t := range m.Weights {
		out.Weights[n] = t
	}
	d := m.Config.Hidden
	out.Weights["embeddings.position_embeddings"] = Tensor{[]int{1, len(pos) / d, d}, pos}
	return out, nil
}

// taps are the source places and weights of one place of the result.
type taps struct {
	from   []int
	weight []float64
}

// bicubic gives the taps that torch's interpolate(mode="bicubic",
// align_corners=False) uses: four neighbours, whatever the scale, with edges
// repeated. Its cubic has a = -0.75.
func bicubic(in, out int) []taps {
	scale := float64(in) / float64(out)
	all := make([]taps, out)
	for i := range all {
		at := scale*(float64(i)+.5) - .5
		first := math.Floor(at)
		for k := -1; k <= 2; k++ {
			j := int(first) + k
			all[i].from = append(all[i].from, min(max(j, 0), in-1))
			all[i].weight = append(all[i].weight, cubic(at-first-float64(k), -.75))
		}
	}
	return all
}

// bicubicAntialias is bicubic with antialias=True: the kernel is stretched over
// what a place of the result covers, and cut at the edges. Its cubic has a = -0.5.
func bicubicAntialias(in, out int) []taps {
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	all := make([]taps, out)
	for i := range all {
		centre := scale * (float64(i) + .5)
		lo := max(int(centre-2*stretch+.5), 0)
		hi := min(int(centre+2*stretch+.5), in)
		sum := 0.
		for j := lo; j < hi; j++ {
			v := cubic((float64(j)-centre+.5)/stretch, -.5)
			all[i].from = append(all[i].from, j)
			all[i].weight = append(all[i].weight, v)
			sum += v
		}
		for k := range all[i].weight {
			all[i].weight[k] /= sum
		}
	}
	return all
}

// cubic is Keys' convolution kernel (1981) with parameter a.
func cubic(x, a float64) float64 {
	x = math.Abs(x)
	switch {
	case x <= 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return ((a*x-5*a)*x+8*a)*x - 4*a
	}
	return 0
}

// resample resizes a grid x grid map of vectors of length d, rows first.
func resample(src []float32, grid, d int, rows, cols []taps) []float32 {
	tall := make([]float64, len(rows)*grid*d)
	for y, t := range rows {
		for k, j := range t.from {
			axpy(tall[y*grid*d:(y+1)*grid*d], t.weight[k], src[j*grid*d:(j+1)*grid*d])
		}
	}
	out := make([]float32, len(rows)*len(cols)*d)
	for y := range rows {
		for x, t := range cols {
			to := out[(y*len(cols)+x)*d:][:d]
			for i := range to {
				sum := 0.
				for k, j := range t.from {
					sum += t.weight[k] * tall[(y*grid+j)*d+i]
				}
				to[i] = float32(sum)
			}
		}
	}
	return out
}

// axpy adds a*x to y.
func axpy(y []float64, a float64, x []float32) {
	for i, v := range x {
		y[i] += a * float64(v)
	}
}
