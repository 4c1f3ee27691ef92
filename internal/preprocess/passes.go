package preprocess

import "github.com/curate/curate/internal/raster"

// half rounds a fixed-point sum to the nearest.
const half = 1 << (precisionBits - 1)

// clip8 takes a fixed-point sum to 8 bits.
func clip8(v int32) uint8 { return uint8(min(max(v>>precisionBits, 0), 255)) }

// horizontal resamples rows from to to of p along x.
func horizontal(p *raster.Picture, t weights, from, to int) plane {
	n := len(t.first)
	out := plane{make([]uint8, 3*n*(to-from)), 3 * n, to - from}
	for y := from; y < to; y++ {
		horizontalRow(out.pix[out.stride*(y-from):][:out.stride], p.Row(y), t)
	}
	return out
}

func horizontalRow(dst, src []uint8, t weights) {
	for i, first := range t.first {
		at := i * t.size
		k := t.k[at : at+t.count[i]]
		px := src[3*first:][:3*len(k)]
		r, g, b := int32(half), int32(half), int32(half)
		for len(px) >= 3 && len(k) > 0 {
			w := k[0]
			r += int32(px[0]) * w
			g += int32(px[1]) * w
			b += int32(px[2]) * w
			px, k = px[3:], k[1:]
		}
		d := dst[3*i : 3*i+3]
		d[0], d[1], d[2] = clip8(r), clip8(g), clip8(b)
	}
}

// vertical resamples rows along y into dst; the first row of src is row first of
// the picture. It walks whole rows, which the cache likes, and does not care how
// many channels there are.
func vertical(dst []uint8, src plane, t weights, first int) {
	sum := make([]int32, src.stride)
	for i := range t.first {
		at, k := t.of(i)
		for j := range sum {
			sum[j] = half
		}
		for _, w := range k {
			row := src.pix[src.stride*(at-first):][:src.stride]
			for j, v := range row {
				sum[j] += int32(v) * w
			}
			at++
		}
		out := dst[src.stride*i:][:src.stride]
		for j, v := range sum {
			out[j] = clip8(v)
		}
	}
}
