package thumb

import (
	"image"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// fromRGB converts to full-range YCbCr as JFIF has it, in 16-bit fixed point, with
// the mean of two by two pixels for chroma.
func fromRGB(p *raster.Picture) *image.YCbCr {
	y, cb, cr := plane(p.W, p.H), plane((p.W+1)/2, (p.H+1)/2), plane((p.W+1)/2, (p.H+1)/2)
	for r := 0; r < p.H; r += 2 {
		top, bottom := p.Row(r), p.Row(min(r+1, p.H-1))
		lumaRow(y.Pix[r*p.W:], top)
		if r+1 < p.H {
			lumaRow(y.Pix[(r+1)*p.W:], bottom)
		}
		at := r / 2 * cb.Stride
		chromaRow(cb.Pix[at:at+cb.W], cr.Pix[at:at+cr.W], top, bottom)
	}
	return joined(y, cb, cr)
}

func lumaRow(dst, rgb []uint8) {
	for x := range len(rgb) / 3 {
		px := rgb[3*x : 3*x+3]
		dst[x] = uint8((19595*uint32(px[0]) + 38470*uint32(px[1]) + 7471*uint32(px[2]) + 1<<15) >> 16)
	}
}

func chromaRow(cb, cr, top, bottom []uint8) {
	last := len(top)/3 - 1
	for x := range cb {
		i, j := 6*x, 3*min(2*x+1, last)
		a, b, c, d := top[i:i+3], top[j:j+3], bottom[i:i+3], bottom[j:j+3]
		red := int32(a[0]) + int32(b[0]) + int32(c[0]) + int32(d[0])
		green := int32(a[1]) + int32(b[1]) + int32(c[1]) + int32(d[1])
		blue := int32(a[2]) + int32(b[2]) + int32(c[2]) + int32(d[2])
		// The sums of four are scaled by 2^18; at most 255.5 comes out, which is cut to 255.
		cb[x] = uint8(min((-11059*red-21709*green+32768*blue+128<<18+1<<17)>>18, 255))
		cr[x] = uint8(min((32768*red-27439*green-5329*blue+128<<18+1<<17)>>18, 255))
	}
}

// turned turns planes upright from an EXIF orientation.
func turned(p *image.YCbCr, orientation int) *image.YCbCr {
	if orientation < 2 || orientation > 8 {
		return p
	}
	w, h := p.Rect.Dx(), p.Rect.Dy()
	return joined(turnedPlane(p.Y, p.YStride, w, h, orientation),
		turnedPlane(p.Cb, p.CStride, (w+1)/2, (h+1)/2, orientation),
		turnedPlane(p.Cr, p.CStride, (w+1)/2, (h+1)/2, orientation))
}

func turnedPlane(pix []uint8, stride, w, h, orientation int) preprocess.Samples {
	out := plane(w, h)
	if orientation >= 5 {
		out = plane(h, w)
	}
	for y := range out.H {
		for x := range out.W {
			sx, sy := raster.Source(orientation, x, y, w, h)
			out.Pix[y*out.W+x] = pix[sy*stride+sx]
		}
	}
	return out
}
