package augment

import "github.com/curate/curate/internal/raster"

// The tone curves of Pillow's ImageOps.

// posterize keeps the upper bits of every sample.
func posterize(p *raster.Picture, bits int) *raster.Picture {
	return curve(p, func(v int) int { return v &^ (1<<(8-bits) - 1) })
}

// solarize inverts samples from threshold on.
func solarize(p *raster.Picture, threshold float64) *raster.Picture {
	return curve(p, func(v int) int {
		if float64(v) < threshold {
			return v
		}
		return 255 - v
	})
}

// autoContrast stretches each channel to the whole range.
func autoContrast(p *raster.Picture) *raster.Picture {
	return channels(p, func(histogram *[256]int) func(int) int {
		lo, hi := 0, 255
		for lo < 255 && histogram[lo] == 0 {
			lo++
		}
		for hi > 0 && histogram[hi] == 0 {
			hi--
		}
		if hi <= lo {
			return func(v int) int { return v }
		}
		scale := 255 / float64(hi-lo)
		return func(v int) int { return min(max(int(float64(float64(v)*scale)-float64(lo)*scale), 0), 255) }
	})
}

// equalize makes each channel's values about equally common.
func equalize(p *raster.Picture) *raster.Picture {
	return channels(p, func(histogram *[256]int) func(int) int {
		sum, last, kinds := 0, 0, 0
		for _, n := range histogram {
			if n > 0 {
				sum, last, kinds = sum+n, n, kinds+1
			}
		}
		step := (sum - last) / 255
		if kinds <= 1 || step == 0 {
			return func(v int) int { return v }
		}
		var table [256]int
		n := step / 2
		for v := range table {
			table[v] = min(n/step, 255)
			n += histogram[v]
		}
		return func(v int) int { return table[v] }
	})
}

// curve sends every sample through one function.
func curve(p *raster.Picture, f func(v int) int) *raster.Picture {
	return channels(p, func(*[256]int) func(int) int { return f })
}

// channels sends the samples of each channel through a function that is made from
// the channel's histogram.
func channels(p *raster.Picture, of func(histogram *[256]int) func(v int) int) *raster.Picture {
	out := raster.New(p.W, p.H)
	for c := range 3 {
		var histogram [256]int
		for i := c; i < len(p.Pix); i += 3 {
			histogram[p.Pix[i]]++
		}
		f := of(&histogram)
		var table [256]uint8
		for v := range table {
			table[v] = uint8(f(v))
		}
		for i := c; i < len(p.Pix); i += 3 {
			out.Pix[i] = table[p.Pix[i]]
		}
	}
	return out
}
