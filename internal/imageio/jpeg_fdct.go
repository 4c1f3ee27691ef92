package imageio

// fdct8 is the forward transform to idct8's inverse, with the roundings of libjpeg's
// jfdctint.c: rows first, with passBits kept, then columns. The results are eight
// times the coefficients.
func fdct8(b *[64]int32, pix []uint8, stride int) {
	const bias = 8 * 128 << passBits // all samples are 128 too large, which only the mean sees
	for y := range 8 {
		p, r := (*[8]uint8)(pix[y*stride:]), (*[8]int32)(b[8*y:])
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = forward(int32(p[0]), int32(p[1]), int32(p[2]), int32(p[3]),
			int32(p[4]), int32(p[5]), int32(p[6]), int32(p[7]), constBits-passBits)
		r[0] -= bias
	}
	for x := range 8 {
		b[x], b[x+8], b[x+16], b[x+24], b[x+32], b[x+40], b[x+48], b[x+56] = forward(
			b[x], b[x+8], b[x+16], b[x+24], b[x+32], b[x+40], b[x+48], b[x+56], constBits+passBits)
	}
}

// forward transforms 8 values; the results are rounded off by shift bits.
func forward(p0, p1, p2, p3, p4, p5, p6, p7 int32, shift uint) (_, _, _, _, _, _, _, _ int32) {
	s0, d0 := p0+p7, p0-p7
	s1, d1 := p1+p6, p1-p6
	s2, d2 := p2+p5, p2-p5
	s3, d3 := p3+p4, p3-p4
	shift &= 31
	round := int32(1) << (shift - 1)

	e0, e3, e1, e2 := s0+s3, s0-s3, s1+s2, s1-s2
	z := (e2+e3)*fix0541 + round
	z5 := (d3+d1+d2+d0)*fix1175 + round
	z1, z2 := (d3+d0)*-fix0899, (d2+d1)*-fix2562
	z3, z4 := (d3+d1)*-fix1961+z5, (d2+d0)*-fix0390+z5
	return ((e0+e1)<<constBits + round) >> shift, (d0*fix1501 + z1 + z4) >> shift,
		(z + e3*fix0765) >> shift, (d1*fix3072 + z2 + z3) >> shift,
		((e0-e1)<<constBits + round) >> shift, (d2*fix2053 + z2 + z4) >> shift,
		(z - e2*fix1847) >> shift, (d3*fix0298 + z1 + z3) >> shift
}
