package raster

import (
	"image"
	"image/color"
)

// FromImage converts any image to a Picture. Transparent pixels are laid over
// white, so that a logo on nothing and the same logo on white are one picture.
// The common types of the decoders take a fast path with the same result.
func FromImage(src image.Image) *Picture {
	b := src.Bounds()
	p := New(b.Dx(), b.Dy())
	switch s := src.(type) {
	case *Picture:
		copy(p.Pix, s.Pix)
	case *image.YCbCr:
		fromYCbCr(p, s)
	case *image.Gray:
		fromGray(p, s)
	case *image.RGBA:
		fromRGBA(p, s)
	case *image.NRGBA:
		fromNRGBA(p, s)
	case *image.CMYK:
		fromCMYK(p, s)
	default:
		fromAny(p, src)
	}
	return p
}

func fromYCbCr(p *Picture, s *image.YCbCr) {
	b := s.Rect
	for y := range p.H {
		row := p.Row(y)
		for x := range p.W {
			yi, ci := s.YOffset(b.Min.X+x, b.Min.Y+y), s.COffset(b.Min.X+x, b.Min.Y+y)
			row[3*x], row[3*x+1], row[3*x+2] = color.YCbCrToRGB(s.Y[yi], s.Cb[ci], s.Cr[ci])
		}
	}
}

func fromGray(p *Picture, s *image.Gray) {
	for y := range p.H {
		row, from := p.Row(y), s.Pix[y*s.Stride:]
		for x := range p.W {
			v := from[x]
			row[3*x], row[3*x+1], row[3*x+2] = v, v, v
		}
	}
}

func fromRGBA(p *Picture, s *image.RGBA) {
	for y := range p.H {
		row, from := p.Row(y), s.Pix[y*s.Stride:]
		for x := range p.W {
			white := 255 - from[4*x+3] // premultiplied: what shows through is white
			row[3*x], row[3*x+1], row[3*x+2] = from[4*x]+white, from[4*x+1]+white, from[4*x+2]+white
		}
	}
}

func fromNRGBA(p *Picture, s *image.NRGBA) {
	for y := range p.H {
		row, from := p.Row(y), s.Pix[y*s.Stride:]
		for x := range p.W {
			a := uint32(from[4*x+3])
			for c := range 3 {
				row[3*x+c] = uint8((uint32(from[4*x+c])*a + 255*(255-a) + 127) / 255)
			}
		}
	}
}

func fromCMYK(p *Picture, s *image.CMYK) {
	for y := range p.H {
		row, from := p.Row(y), s.Pix[y*s.Stride:]
		for x := range p.W {
			f := from[4*x : 4*x+4]
			row[3*x], row[3*x+1], row[3*x+2] = color.CMYKToRGB(f[0], f[1], f[2], f[3])
		}
	}
}

func fromAny(p *Picture, src image.Image) {
	b := src.Bounds()
	for y := range p.H {
		row := p.Row(y)
		for x := range p.W {
			r, g, bl, a := src.At(b.Min.X+x, b.Min.Y+y).RGBA()
			white := 0xffff - a
			row[3*x], row[3*x+1], row[3*x+2] = to8(r+white), to8(g+white), to8(bl+white)
		}
	}
}

// to8 rounds a 16-bit sample, which a careless decoder may have pushed past the
// top, to 8 bits.
func to8(v uint32) uint8 { return uint8((min(v, 0xffff)*255 + 32767) / 65535) }
