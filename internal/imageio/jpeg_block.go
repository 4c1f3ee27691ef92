package imageio

import "encoding/binary"

// coefficients reads one block, dequantised and in natural order; last is the
// highest coefficient, in zigzag order, that is not zero. Half of a run's time may
// be spent here, so the bits at hand stay in registers, and the tables that take a
// run and its value at once serve nearly every coefficient.
func (d *baseline) coefficients(p *component) (last int, err error) {
	d.block = [64]int32{}
	if err := d.mean(p); err != nil {
		return 0, err
	}
	r, fused := &d.bits, &p.ac.fused
	acc, n := r.acc, r.n
	for k := 1; k < 64; k++ {
		if n < 32 {
			if at := r.at; at+8 <= len(r.data) && !holdsFF(binary.BigEndian.Uint64(r.data[at:])) {
				acc |= binary.BigEndian.Uint64(r.data[at:]) >> (n & 63)
				whole := (64 - n) >> 3
				r.at, n = at+whole, n+8*whole
			} else {
				r.acc, r.n = acc, n
				r.fill()
				acc, n = r.acc, r.n
			}
		}
		f := fused[acc>>(64-lookBits)]
		if bits := int(f & 0xff); f != 0 && bits <= n {
			acc, n = acc<<(bits&63), n-bits
			if k += int(f >> 8 & 0xff); k < 64 {
				d.block[zigzag[k]&63] = f >> 16 * p.quant[k]
				last = k
				continue
			}
			r.acc, r.n = acc, n
			return last, beyond(f)
		}
		r.acc, r.n = acc, n
		if k, err = d.rare(p, k); err != nil || k >= endOfBlock {
			return last, err
		}
		if d.block[zigzag[k]&63] != 0 {
			last = k
		}
		acc, n = r.acc, r.n
	}
	r.acc, r.n = acc, n
	return last, nil
}

// holdsFF tells whether one of eight bytes is 0xff.
func holdsFF(v uint64) bool {
	inverse := ^v
	return (inverse-0x0101010101010101)&v&0x8080808080808080 != 0
}

// beyond is what a fused code means that leads past the last coefficient.
func beyond(f int32) error {
	if f>>8&0xff >= endOfBlock {
		return nil
	}
	return errHuffman
}

// mean reads the first coefficient, which is stored as the difference from the
// block before.
func (d *baseline) mean(p *component) error {
	r := &d.bits
	if r.n < 32 {
		r.fill()
	}
	size := p.dc.next(r)
	if size < 0 || size > 11 || size > r.n {
		return r.failure()
	}
	p.before += r.value(size)
	d.block[0] = p.before * p.quant[0]
	return nil
}

// rare reads a code that is too long for the fused table and returns the
// coefficient it came to: k or a later one, endOfBlock if there is none.
func (d *baseline) rare(p *component, k int) (int, error) {
	r := &d.bits
	symbol := p.ac.next(r)
	run, size := symbol>>4, symbol&15
	switch {
	case symbol < 0 || size > r.n:
		return 0, r.failure()
	case size == 0 && run == 15:
		return min(k+15, endOfBlock), nil // sixteen zeros
	case size == 0:
		return endOfBlock, nil
	}
	if k += run; k > 63 {
		return 0, errHuffman
	}
	d.block[zigzag[k]&63] = r.value(size) * p.quant[k]
	return k, nil
}

// failure tells why a code could not be read.
func (r *bitReader) failure() error {
	if r.n < 16 {
		return errScanEnds
	}
	return errHuffman
}
