package area

// Luma is [Grey] of a picture that comes as brightness already: 8-bit samples, row
// by row, stride bytes from one row to the next. All sums are exact, and with them
// the result, whatever the order they are taken in.
func Luma(pix []uint8, stride, w, h, toW, toH int) []float64 {
	out := make([]float64, toW*toH)
	if w == 0 || h == 0 {
		return out
	}
	line, sums, total := make([]uint64, toW), make([]uint64, w+1), make([]uint64, toW)
	folded := -1 // the row that line is of
	for cell := range toH {
		clear(total)
		// In units of 1/(h*toH) of the side, row y and cell c reach from y*toH to
		// (y+1)*toH and from c*h to (c+1)*h.
		for y := cell * h / toH; y < h && y*toH < (cell+1)*h; y++ {
			if y != folded {
				foldLuma(line, sums, pix[y*stride:][:w])
				folded = y
			}
			weight := uint64(min((cell+1)*h, (y+1)*toH) - max(cell*h, y*toH))
			for x, v := range line {
				total[x] += weight * v
			}
		}
		for x, v := range total {
			out[cell*toW+x] = float64(v) / float64(w*h) // a cell covers w*h in units in which a pixel covers toW*toH
		}
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
