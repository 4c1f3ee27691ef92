package raster

// Grey returns the brightness of every pixel as Pillow's convert("L") does:
// ITU-R 601-2 luma in 16-bit fixed point. The slice is the caller's.
func (p *Picture) Grey() []uint8 {
	out := make([]uint8, p.W*p.H)
	for i := range out {
		r, g, b := uint32(p.Pix[3*i]), uint32(p.Pix[3*i+1]), uint32(p.Pix[3*i+2])
		out[i] = uint8((r*19595 + g*38470 + b*7471 + 0x8000) >> 16)
	}
	return out
}
