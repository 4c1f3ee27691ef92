package preprocess

import "github.com/curate/curate/internal/raster"

// ShrinkGrey returns p as w x h grey values, row by row: Pillow's
// convert("L").resize((w, h), BOX), where every value is the mean of the area it
// covers. Perceptual hashes and checks of a whole picture start from it, because
// it costs one pass over the picture. The slice is the caller's.
func ShrinkGrey(p *raster.Picture, w, h int) []uint8 {
	grey := plane{p.Grey(), p.W, p.W, p.H, 1}
	if w == p.W && h == p.H {
		return grey.pix
	}
	return resample(grey, w, h, kernelOf(Box), window{0, 0, w, h}).pix
}
