// Package area shrinks pictures by averaging: every small pixel is the mean of
// the area it covers, fractions of pixels included. It is what the hashes and
// the checks look at: the mean hardly changes with the size that a picture was
// stored in, it is the same from the left as from the right (Pillow's BOX, which
// takes whole pixels only, is not), and one pass over the pixels is all it costs.
//
// [Grey] is the entry point. It is no resize for showing or for a model:
// internal/preprocess does those as Pillow does.
package area

import "github.com/curate/curate/internal/raster"

// Grey returns the luma (ITU-R 601-2, 0 to 255) of p averaged onto w x h cells,
// row by row; the slice is the caller's. p may be smaller than w x h: its
// pixels then cover several cells. An empty picture gives zeros.
func Grey(p *raster.Picture, w, h int) []float64 {
	out := make([]float64, w*h)
	if p.W == 0 || p.H == 0 {
		return out
	}
	cols, rows := spread(p.W, w), spread(p.H, h)
	line := make([]float64, w)
	for y := range p.H {
		foldRow(line, p.Row(y), cols)
		for _, s := range rows.of(y) {
			to := out[s.cell*w : (s.cell+1)*w]
			for x, v := range line {
				to[x] += s.weight * v
			}
		}
	}
	return out
}

// share is the part of a cell that one source pixel fills.
type share struct {
	cell   int
	weight float64
}

// shares lists, for each source pixel, the cells that it falls into: pixel i
// has list[start[i]:start[i+1]].
type shares struct {
	list  []share
	start []int
}

func (s shares) of(i int) []share { return s.list[s.start[i]:s.start[i+1]] }

// spread lays n pixels evenly over cells; the weights of a cell sum to 1.
func spread(n, cells int) shares {
	s := shares{start: make([]int, n+1)}
	for i := range n {
		s.start[i] = len(s.list)
		// In units of 1/(n*cells) of the side, pixel i and cell c reach from
		// i*cells to (i+1)*cells and from c*n to (c+1)*n.
		for c := i * cells / n; c < cells && c*n < (i+1)*cells; c++ {
			overlap := min((c+1)*n, (i+1)*cells) - max(c*n, i*cells)
			s.list = append(s.list, share{c, float64(overlap) / float64(n)})
		}
	}
	s.start[n] = len(s.list)
	return s
}

// foldRow averages one row of RGB pixels onto the cells of a line.
func foldRow(line []float64, pix []uint8, cols shares) {
	clear(line)
	for x := range len(cols.start) - 1 {
		p := pix[3*x : 3*x+3]
		luma := float64(uint32(p[0])*19595+uint32(p[1])*38470+uint32(p[2])*7471) / 65536
		for _, s := range cols.list[cols.start[x]:cols.start[x+1]] {
			line[s.cell] += s.weight * luma
		}
	}
}
