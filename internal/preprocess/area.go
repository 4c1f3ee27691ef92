package preprocess

// Samples are rows of 8-bit samples, Channels of them a pixel, Stride bytes from
// one row to the next.
type Samples struct {
	Pix      []uint8
	Stride   int
	W, H     int // pixels
	Channels int
}

// ShrinkArea averages s onto w x h pixels: each is the mean of the area that it
// covers, fractions of pixels included, so that the same picture stored at another
// size comes out the same, and mirrored the mirror image. It is for what is to be
// compared or shown; models have been trained on [Resize]. w and h must be positive
// and s may not be empty. At s's own size s itself is returned, else new samples.
func ShrinkArea(s Samples, w, h int) Samples {
	if w == s.W && h == s.H {
		return s
	}
	if s.Channels == 1 {
		return shrinkPlane(s, w, h)
	}
	out := Samples{Pix: make([]uint8, w*h*s.Channels), Stride: w * s.Channels, W: w, H: h, Channels: s.Channels}
	n := s.W * s.Channels
	sum := make([]uint64, n)
	scale := (1 << 40) / uint64(s.H) // sums of s.H times a sample become 8 bits and 8 more
	cols := areasOf(s.W, w)
	for y := range h {
		clear(sum)
		// In units of 1/(s.H*h) of the side, row i of s reaches from i*h to (i+1)*h
		// and row y of the result from y*s.H to (y+1)*s.H.
		for i := y * s.H / h; i < s.H && i*h < (y+1)*s.H; i++ {
			overlap := min((y+1)*s.H, (i+1)*h) - max(y*s.H, i*h)
			addRow(sum, s.Pix[i*s.Stride:][:n], uint64(overlap))
		}
		for i, v := range sum {
			sum[i] = (v*scale + 1<<31) >> 32
		}
		cols.fold(out.Pix[y*out.Stride:][:out.Stride], sum, s.Channels)
	}
	return out
}

func addRow(sum []uint64, row []uint8, weight uint64) {
	row = row[:len(sum)]
	for i, v := range row {
		sum[i] += weight * uint64(v)
	}
}

// shrinkPlane is ShrinkArea for one channel, with the same sums taken another way: a row
// of the result is what each column sums up to at its lower edge less that at its upper
// one, and so is a pixel of it along the row. No branch depends on how many samples a
// pixel covers, and few products are left.
func shrinkPlane(s Samples, w, h int) Samples {
	out := Samples{Pix: make([]uint8, w*h), Stride: w, W: w, H: h, Channels: 1}
	whole, above, line := make([]uint64, s.W), make([]uint64, s.W), make([]uint64, s.W)
	scale := (1 << 40) / uint64(s.H)
	cols := areasOf(s.W, w)
	at := 0 // the row of s in which the edge lies; those before are in whole
	for y := range h {
		edge := (y + 1) * s.H
		for ; (at+1)*h < edge; at++ {
			sumRow(whole, s.Pix[at*s.Stride:][:s.W])
		}
		part := uint64(edge - at*h)
		run := uint64(0)
		for i, v := range s.Pix[at*s.Stride:][:s.W] {
			here := whole[i]*uint64(h) + part*uint64(v)
			mean := ((here-above[i])*scale + 1<<31) >> 32
			above[i] = here
			line[i] = run<<16 | mean // which has 16 bits
			run += mean
		}
		cols.foldPlane(out.Pix[y*w:][:w], line)
	}
	return out
}

func sumRow(sum []uint64, row []uint8) {
	row = row[:len(sum)]
	for i, v := range row {
		sum[i] += uint64(v)
	}
}

// areas says which samples of a row each pixel of the result covers: all from first
// to last, the two ends in part.
type areas struct {
	first, last []int32
	head, tail  []uint64 // how much of first and last is covered, in units of 1/whole
	reach       []uint64 // how far into last that reaches
	whole       uint64   // of a sample
	scale       uint64   // 2^40 over what a pixel covers
}

func areasOf(n, cells int) areas {
	a := areas{make([]int32, cells), make([]int32, cells), make([]uint64, cells), make([]uint64, cells), make([]uint64, cells),
		uint64(cells), (1 << 40) / uint64(n)}
	for c := range cells {
		from, to := c*n, (c+1)*n
		first, last := from/cells, (to-1)/cells
		a.first[c], a.last[c] = int32(first), int32(last)
		a.head[c], a.tail[c] = uint64(min(to, (first+1)*cells)-from), uint64(to-max(from, last*cells))
		a.reach[c] = uint64(to - last*cells)
		if first == last {
			a.tail[c] = 0
		}
	}
	return a
}

// foldPlane is fold for one channel. A sample of row comes with the sum of those before
// it: sum<<16 | sample.
func (a *areas) foldPlane(dst []uint8, row []uint64) {
	before := uint64(0)
	for c, last := range a.last[:len(dst)] {
		v := row[last]
		to := v>>16*a.whole + v&0xffff*a.reach[c]
		dst[c] = uint8(((to-before)*a.scale + 1<<47) >> 48)
		before = to
	}
}

// fold averages a row of samples with 8 more bits onto the pixels of dst.
func (a *areas) fold(dst []uint8, row []uint64, channels int) {
	for c, first := range a.first {
		for ch := range channels {
			at, last := int(first)*channels+ch, int(a.last[c])*channels+ch
			sum := a.head[c] * row[at]
			if at < last {
				inner := uint64(0)
				for at += channels; at < last; at += channels {
					inner += row[at]
				}
				sum += inner*a.whole + a.tail[c]*row[last]
			}
			dst[c*channels+ch] = uint8((sum*a.scale + 1<<47) >> 48)
		}
	}
}
