package imageio

import (
	"image"

	"github.com/curate/curate/internal/raster"
)

// FromYCbCr converts planes as JPEG has them to a picture.
func FromYCbCr(src *image.YCbCr) *raster.Picture { return fromYCbCr(src, jfif) }

// fromYCbCr converts luma and chroma planes to pixels as libjpeg does, whose
// pixels models were trained on: halved chroma is interpolated with a triangle
// filter ("fancy upsampling"), where Go's own conversion repeats samples.
func fromYCbCr(src *image.YCbCr, convert rowConverter) *raster.Picture {
	p := raster.New(src.Rect.Dx(), src.Rect.Dy())
	up := newUpsampler(src)
	cb, cr := make([]uint8, up.w*up.fx), make([]uint8, up.w*up.fx)
	sum := make([]uint16, up.w)
	for y := range p.H {
		up.row(cb, src.Cb, sum, y)
		up.row(cr, src.Cr, sum, y)
		luma := src.Y[src.YStride*y:][:p.W]
		convert(p.Row(y), luma, cb[:p.W], cr[:p.W])
	}
	return p
}

// rowConverter turns one row of full-size planes into RGB.
type rowConverter func(dst, y, cb, cr []uint8)

// upsampler brings chroma planes to full size, row by row.
type upsampler struct {
	w, h, stride int // chroma plane
	fx, fy       int // how many pixels share a sample along x and y
}

func newUpsampler(src *image.YCbCr) upsampler {
	fx, fy := factors(src.SubsampleRatio)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	return upsampler{w: (w + fx - 1) / fx, h: (h + fy - 1) / fy, stride: src.CStride, fx: fx, fy: fy}
}

func factors(r image.YCbCrSubsampleRatio) (fx, fy int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// row writes the full-size chroma of picture row y to dst.
func (u upsampler) row(dst, plane []uint8, sum []uint16, y int) {
	near, far, bias := u.neighbours(plane, y)
	switch {
	case u.fx == 1 && u.fy == 1:
		copy(dst, near)
	case u.fx == 1:
		for x, v := range near {
			dst[x] = uint8((3*uint16(v) + uint16(far[x]) + bias) >> 2)
		}
	case u.fx == 2 && u.w > 2 && u.fy == 1:
		widen(dst, near)
	case u.fx == 2 && u.w > 2:
		for x, v := range near {
			sum[x] = 3*uint16(v) + uint16(far[x])
		}
		widenSums(dst, sum)
	default:
		repeat(dst, near, u.fx)
	}
}

// neighbours returns the chroma row that picture row y lies in, the one it leans
// to, and the rounding that libjpeg uses there.
func (u upsampler) neighbours(plane []uint8, y int) (near, far []uint8, bias uint16) {
	at, other := y/u.fy, y/u.fy
	bias = 1
	if u.fy == 2 && y%2 == 0 {
		other = max(at-1, 0)
	} else if u.fy == 2 {
		other, bias = min(at+1, u.h-1), 2
	}
	return plane[u.stride*at:][:u.w], plane[u.stride*other:][:u.w], bias
}

// widen doubles a row: each sample gives 3/4 to its own two pixels and 1/4 to the
// next ones, rounded alternately down and up (libjpeg's h2v1_fancy_upsample).
func widen(dst, src []uint8) {
	n := len(src)
	dst = dst[:2*n]
	dst[0], dst[2*n-1] = src[0], src[n-1]
	for i := 1; i < n; i++ {
		a, b := uint16(src[i-1]), uint16(src[i])
		dst[2*i-1] = uint8((3*a + b + 2) >> 2)
		dst[2*i] = uint8((3*b + a + 1) >> 2)
	}
}

// widenSums does the same for columns already summed 3:1 over two rows
// (h2v2_fancy_upsample).
func widenSums(dst []uint8, src []uint16) {
	n := len(src)
	dst = dst[:2*n]
	dst[0], dst[2*n-1] = uint8((4*src[0]+8)>>4), uint8((4*src[n-1]+7)>>4)
	a := src[0]
	for i := 1; i < n; i++ {
		b := src[i]
		dst[2*i-1] = uint8((3*a + b + 7) >> 4)
		dst[2*i] = uint8((3*b + a + 8) >> 4)
		a = b
	}
}

func repeat(dst, src []uint8, times int) {
	for i, v := range src {
		for j := range times {
			dst[times*i+j] = v
		}
	}
}

// jfif converts full-range YCbCr with libjpeg's 16-bit fixed point.
func jfif(dst, luma, cb, cr []uint8) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, v := range luma {
		y, u, w := int32(v), int32(cb[x])-128, int32(cr[x])-128
		r := y + (91881*w+32768)>>16
		g := y + (-22554*u-46802*w+32768)>>16
		b := y + (116130*u+32768)>>16
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = clamp(r), clamp(g), clamp(b)
	}
}

// vp8 converts the studio-range YCbCr of lossy WebP with libwebp's fixed point.
func vp8(dst, luma, cb, cr []uint8) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, v := range luma {
		y, u, w := int32(v)*19077>>8, int32(cb[x]), int32(cr[x])
		r := y + w*26149>>8 - 14234
		g := y - u*6419>>8 - w*13320>>8 + 8708
		b := y + u*33050>>8 - 17685
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = clamp(r>>6), clamp(g>>6), clamp(b>>6)
	}
}

func clamp(v int32) uint8 {
	if uint32(v) <= 255 {
		return uint8(v)
	}
	return uint8(^(v >> 31))
}
