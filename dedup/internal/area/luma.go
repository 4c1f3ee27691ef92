package area

// Luma is [Grey] of a picture that comes as brightness already: 8-bit samples, row
// by row, stride bytes from one row to the next. All sums are exact, and with them
// the result, whatever the order they are taken in.
func Luma(pix []uint8, stride, w, h, toW, toH int) []float64 {
	out := make([]float64, toW*toH)
	if w == 0 || h == 0 {
		return out
	}
	line, sums := make([]uint64, toW), make([]uint64, w+1)
	total := make([]uint64, toW*toH)
	rows := spreadWhole(h, toH)
	for y := range h {
		foldLuma(line, sums, pix[y*stride:][:w])
		for _, s := range rows.of(y) {
			to := total[s.cell*toW : (s.cell+1)*toW]
			for x, v := range line {
				to[x] += s.weight * v
			}
		}
	}
	for i, v := range total {
		out[i] = float64(v) / float64(w*h) // a cell covers w*h in units in which a pixel covers toW*toH
	}
	return out
}

// foldLuma adds up a row onto the cells of a line, in units in which a pixel counts
// as many times as there are cells. sums is scratch for the sums of the pixels before
// each.
func foldLuma(line, sums []uint64, row []uint8) {
	n, cells := len(row), len(line)
	sums = sums[:n+1]
	run := uint64(0)
	for i, v := range row {
		sums[i] = run
		run += uint64(v)
	}
	sums[n] = run
	before, at, part := uint64(0), 0, 0 // the c-th edge lies part/cells into pixel at
	for c := range line {
		for part += n; part >= cells; part -= cells {
			at++
		}
		to := sums[at] * uint64(cells)
		if part > 0 {
			to += uint64(part) * uint64(row[at])
		}
		line[c], before = to-before, to
	}
}

// wholeShare is a share in units of 1/n of a cell.
type wholeShare struct {
	cell   int
	weight uint64
}

type wholeShares struct {
	list  []wholeShare
	start []int
}

func (s wholeShares) of(i int) []wholeShare { return s.list[s.start[i]:s.start[i+1]] }

// spreadWhole is spread in whole numbers.
func spreadWhole(n, cells int) wholeShares {
	s := wholeShares{start: make([]int, n+1)}
	for i := range n {
		s.start[i] = len(s.list)
		for c := i * cells / n; c < cells && c*n < (i+1)*cells; c++ {
			overlap := min((c+1)*n, (i+1)*cells) - max(c*n, i*cells)
			s.list = append(s.list, wholeShare{c, uint64(overlap)})
		}
	}
	s.start[n] = len(s.list)
	return s
}
