package preprocess

import "github.com/curate/curate/internal/raster"

// ShrinkGrey returns p as w x h grey values, row by row: Pillow's
// convert("L").resize((w, h), BOX), where every pixel is the mean of the area it
// covers. Perceptual hashes and checks of a whole picture start from it, because
// it costs one pass over the picture. The slice is the caller's.
func ShrinkGrey(p *raster.Picture, w, h int) []uint8 {
	grey := plane{p.Grey(), p.W, p.H}
	kern := kernelOf(Box)
	if w != p.W {
		grey = horizontalGrey(grey, axisWeights(p.W, w, 0, w, kern))
	}
	if h == p.H {
		return grey.pix
	}
	out := make([]uint8, w*h)
	vertical(out, grey, axisWeights(p.H, h, 0, h, kern), 0)
	return out
}

func horizontalGrey(src plane, t weights) plane {
	n := len(t.first)
	out := plane{make([]uint8, n*src.rows), n, src.rows}
	for y := range src.rows {
		row := src.pix[src.stride*y:][:src.stride]
		for i := range n {
			first, k := t.of(i)
			px := row[first:][:len(k)]
			sum := int32(half)
			for j, w := range k {
				sum += int32(px[j]) * w
			}
			out.pix[n*y+i] = clip8(sum)
		}
	}
	return out
}
