package raster

// Orient returns p turned upright from an EXIF orientation (1 to 8; anything
// else counts as 1). The eight values are the eight symmetries of a rectangle,
// so the same function makes every rotated and mirrored version of a picture:
// 1 as it is, 2 mirrored, 3 turned by 180 degrees, 4 flipped top to bottom,
// 5 transposed, 6 turned right, 7 transversed, 8 turned left.
// For 1 the picture itself is returned.
func (p *Picture) Orient(orientation int) *Picture {
	if orientation < 2 || orientation > 8 {
		return p
	}
	w, h := p.W, p.H
	if orientation >= 5 {
		w, h = h, w
	}
	out := New(w, h)
	for y := range h {
		row := out.Row(y)
		for x := range w {
			sx, sy := Source(orientation, x, y, p.W, p.H)
			i := 3 * (sy*p.W + sx)
			copy(row[3*x:3*x+3], p.Pix[i:i+3])
		}
	}
	return out
}

// Source tells which stored pixel of a w x h picture shows at x, y when upright.
func Source(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
