package preprocess

// half rounds a fixed-point sum to the nearest.
const half = 1 << (precisionBits - 1)

// clip8 takes a fixed-point sum to 8 bits.
func clip8(v int32) uint8 {
	v >>= precisionBits
	if uint32(v) <= 255 {
		return uint8(v)
	}
	return uint8(^(v >> 31)) // 0 below, 255 above
}

// horizontal resamples every row of s.
func horizontal(s plane, t weights) plane {
	if t.k == nil {
		return s
	}
	out := newPlane(len(t.first), s.height, s.channels)
	resampleRow := rowOfRGB
	if s.channels == 1 {
		resampleRow = rowOfGrey
	}
	for y := range s.height {
		resampleRow(out.row(y), s.row(y), t)
	}
	return out
}

// rowOfRGB is where most of the time goes: four weights a step, through pointers to
// arrays, spare the compiler its bounds checks.
func rowOfRGB(dst, src []uint8, t weights) {
	for i := range t.first {
		first, k := t.of(i)
		px := src[3*first:][:3*len(k)]
		r, g, b := int32(half), int32(half), int32(half)
		for ; len(px) >= 12 && len(k) >= 4; px, k = px[12:], k[4:] {
			p, w := (*[12]uint8)(px), (*[4]int32)(k)
			r += int32(p[0])*w[0] + int32(p[3])*w[1] + int32(p[6])*w[2] + int32(p[9])*w[3]
			g += int32(p[1])*w[0] + int32(p[4])*w[1] + int32(p[7])*w[2] + int32(p[10])*w[3]
			b += int32(p[2])*w[0] + int32(p[5])*w[1] + int32(p[8])*w[2] + int32(p[11])*w[3]
		}
		for ; len(px) >= 3 && len(k) > 0; px, k = px[3:], k[1:] {
			w := k[0]
			r += int32(px[0]) * w
			g += int32(px[1]) * w
			b += int32(px[2]) * w
		}
		d := dst[3*i : 3*i+3]
		d[0], d[1], d[2] = clip8(r), clip8(g), clip8(b)
	}
}

func rowOfGrey(dst, src []uint8, t weights) {
	for i := range t.first {
		first, k := t.of(i)
		px := src[first:][:len(k)]
		sum := int32(half)
		for j, w := range k {
			sum += int32(px[j]) * w
		}
		dst[i] = clip8(sum)
	}
}

// vertical resamples every column of s. It walks along whole rows, which the cache
// likes, and adds up several at a time.
func vertical(s plane, t weights) plane {
	if t.k == nil {
		return s
	}
	out := newPlane(s.width, len(t.first), s.channels)
	sum := make([]int32, out.stride)
	for i := range t.first {
		y, k := t.of(i)
		for j := range sum {
			sum[j] = half
		}
		for ; len(k) >= 4; y, k = y+4, k[4:] {
			addRows(sum, s.row(y), s.row(y+1), s.row(y+2), s.row(y+3), k)
		}
		for ; len(k) > 0; y, k = y+1, k[1:] {
			w := k[0]
			for j, v := range s.row(y)[:len(sum)] {
				sum[j] += int32(v) * w
			}
		}
		row := out.row(i)
		for j, v := range sum {
			row[j] = clip8(v)
		}
	}
	return out
}

// addRows adds four weighted rows to sum.
func addRows(sum []int32, a, b, c, d []uint8, k []int32) {
	a, b, c, d = a[:len(sum)], b[:len(sum)], c[:len(sum)], d[:len(sum)]
	ka, kb, kc, kd := k[0], k[1], k[2], k[3]
	for j := range sum {
		sum[j] += int32(a[j])*ka + int32(b[j])*kb + int32(c[j])*kc + int32(d[j])*kd
	}
}
