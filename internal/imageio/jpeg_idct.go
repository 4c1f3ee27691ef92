package imageio

// zigzag gives the natural place of the k-th coefficient (T.81, figure A.6).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// The constants of the inverse transform in 13-bit fixed point, named by value.
const (
	constBits = 13
	passBits  = 2 // extra bits kept between the two passes

	fix0298 = 2446
	fix0390 = 3196
	fix0541 = 4433
	fix0765 = 6270
	fix0899 = 7373
	fix1175 = 9633
	fix1501 = 12299
	fix1847 = 15137
	fix1961 = 16069
	fix2053 = 16819
	fix2562 = 20995
	fix3072 = 25172
)

// idct8 is the accurate integer inverse DCT of Loeffler, Ligtenberg and Moschytz
// (ICASSP 1989) with the roundings of libjpeg's jidctint.c: columns first, with
// passBits kept, then rows.
func idct8(dst []uint8, stride int, b *[64]int32) {
	for x := range 8 {
		if b[x+8]|b[x+16]|b[x+24]|b[x+32]|b[x+40]|b[x+48]|b[x+56] == 0 {
			dc := b[x] << passBits
			for i := x; i < 64; i += 8 {
				b[i] = dc
			}
			continue
		}
		b[x], b[x+8], b[x+16], b[x+24], b[x+32], b[x+40], b[x+48], b[x+56] = butterfly(
			b[x], b[x+8], b[x+16], b[x+24], b[x+32], b[x+40], b[x+48], b[x+56], constBits-passBits)
	}
	for y := range 8 {
		r, out := (*[8]int32)(b[8*y:]), (*[8]uint8)(dst[y*stride:])
		a0, a1, a2, a3, a4, a5, a6, a7 := butterfly(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], constBits+passBits+3)
		out[0], out[1], out[2], out[3] = clamp(a0+128), clamp(a1+128), clamp(a2+128), clamp(a3+128)
		out[4], out[5], out[6], out[7] = clamp(a4+128), clamp(a5+128), clamp(a6+128), clamp(a7+128)
	}
}

// butterfly is the 8-point transform; its results are rounded off by shift bits.
func butterfly(c0, c1, c2, c3, c4, c5, c6, c7 int32, shift uint) (_, _, _, _, _, _, _, _ int32) {
	z := (c2 + c6) * fix0541
	e2, e3 := z-c6*fix1847, z+c2*fix0765
	round := int32(1) << (shift - 1)
	e0, e1 := (c0+c4)<<constBits+round, (c0-c4)<<constBits+round
	s0, s3, s1, s2 := e0+e3, e0-e3, e1+e2, e1-e2

	z5 := (c7 + c3 + c5 + c1) * fix1175
	z1, z2 := (c7+c1)*-fix0899, (c5+c3)*-fix2562
	z3, z4 := (c7+c3)*-fix1961+z5, (c5+c1)*-fix0390+z5
	o0, o1 := c7*fix0298+z1+z3, c5*fix2053+z2+z4
	o2, o3 := c3*fix3072+z2+z3, c1*fix1501+z1+z4
	return (s0 + o3) >> shift, (s1 + o2) >> shift, (s2 + o1) >> shift, (s3 + o0) >> shift,
		(s3 - o0) >> shift, (s2 - o1) >> shift, (s1 - o2) >> shift, (s0 - o3) >> shift
}

// idct4 gives half the size: the 4-point transform of the low frequencies.
func idct4(dst []uint8, stride int, b *[64]int32) {
	for x := range 4 {
		b[x], b[x+8], b[x+16], b[x+24] = butterfly4(b[x], b[x+8], b[x+16], b[x+24], constBits-passBits)
	}
	for y := range 4 {
		r, out := (*[4]int32)(b[8*y:]), (*[4]uint8)(dst[y*stride:])
		a0, a1, a2, a3 := butterfly4(r[0], r[1], r[2], r[3], constBits+passBits+3)
		out[0], out[1], out[2], out[3] = clamp(a0+128), clamp(a1+128), clamp(a2+128), clamp(a3+128)
	}
}

func butterfly4(c0, c1, c2, c3 int32, shift uint) (_, _, _, _ int32) {
	round := int32(1) << (shift - 1)
	e0, e1 := (c0+c2)<<constBits+round, (c0-c2)<<constBits+round
	z := (c1 + c3) * fix0541
	o0, o1 := z+c1*fix0765, z-c3*fix1847
	return (e0 + o0) >> shift, (e1 + o1) >> shift, (e1 - o1) >> shift, (e0 - o0) >> shift
}

// idct2 gives a quarter of the size.
func idct2(dst []uint8, stride int, b *[64]int32) {
	top0, top1 := b[0]+b[8], b[1]+b[9]
	low0, low1 := b[0]-b[8], b[1]-b[9]
	dst[0], dst[1] = clamp((top0+top1+4)>>3+128), clamp((top0-top1+4)>>3+128)
	dst[stride], dst[stride+1] = clamp((low0+low1+4)>>3+128), clamp((low0-low1+4)>>3+128)
}

// flat fills a block that has nothing but its mean.
func flat(dst []uint8, stride, side int, dc int32) {
	v := clamp((dc+4)>>3 + 128)
	for y := range side {
		row := dst[y*stride:][:side]
		for x := range row {
			row[x] = v
		}
	}
}
