package imageio

import "encoding/binary"

// places is the zigzag order, and one place for all that a wrong code leads to.
var places = func() (all [256]uint8) {
	for k := range all {
		all[k] = 64
	}
	copy(all[:], zigzag[:])
	return all
}()

// coefficients reads one block, dequantised and in natural order; even means that there
// is nothing but the mean. A third of a run's time is spent here, so the bits at hand
// stay in registers, a table gives what two codes say at once, and whether they lead past
// the last coefficient is asked at the end only. Near that it goes by single codes: after
// the last coefficient comes another block.
func (d *baseline) coefficients(p *component) (even bool, err error) {
	d.block = [65]int32{}
	if err := d.mean(p); err != nil {
		return false, err
	}
	r, pairs, quant := &d.bits, p.ac.pairs, &p.quant
	acc, n, next := r.acc, r.n, r.next
	k := uint8(0)
	for k < 63-16 {
		if n < 32 { // see fill
			acc |= binary.BigEndian.Uint64(r.window[next:]) >> (n & 63)
			next += int(63-n) >> 3
			n |= 56
		}
		c := pairs[acc>>(64-lookBits)]
		bits := uint(c & 0x3f)
		acc, n = acc<<bits, n-bits // none of a code that is longer
		if c&apart == 0 && c != 0 {
			k += uint8(c >> 8)
			d.block[places[k]] = int32(int16(c>>16)) * quant[k]
			k += uint8(c >> 32)
			d.block[places[k]] = int32(int16(c>>48)) * quant[k]
			continue
		}
		if size := uint(c >> 16); size > 0 {
			raw := int32(acc >> ((64 - size) & 63))
			acc, n = acc<<(size&63), n-size
			if raw < 1<<((size-1)&31) {
				raw -= 1<<(size&31) - 1
			}
			k += uint8(c>>8&0x7f) + 1
			d.block[places[k]] = raw * quant[k]
			continue
		}
		r.acc, r.n, r.next = acc, n, next
		if k, err = d.rare(p, shortCode(uint32(c)), k); err != nil {
			return false, err
		}
		acc, n, next = r.acc, r.n, r.next
	}
	r.acc, r.n, r.next = acc, n, next
	for k < 63 {
		if k, err = d.single(p, k); err != nil {
			return false, err
		}
	}
	switch {
	case r.over():
		return false, errScanEnds
	case k > 63 && k < pastBlock || k > pastBlock+63:
		return false, errHuffman
	}
	return k == pastBlock, nil
}

// single reads one code after coefficient k and returns the coefficient it came to.
func (d *baseline) single(p *component, k uint8) (uint8, error) {
	r := &d.bits
	r.fill()
	c := p.ac.short[r.acc>>(64-lookBits)]
	value, steps, bits := c.parts()
	r.take(uint(bits))
	if c&apart != 0 || c == 0 {
		return d.rare(p, c, k)
	}
	k += uint8(steps)
	d.block[places[k]] = int32(int16(value)) * p.quant[k]
	return k, nil
}

// mean reads the first coefficient, which is stored as the difference from the
// block before.
func (d *baseline) mean(p *component) error {
	r := &d.bits
	r.fill()
	c := p.dc.short[r.acc>>(64-lookBits)]
	size := int(c >> 16)
	switch {
	case c == 0 || c&((endOfBlock-1)<<8) != 0: // a long code, or one that is none of a mean's
		size = p.dc.next(r)
	case c&apart != 0:
		r.take(uint(c & 0x3f))
	default:
		r.take(uint(c & 0x3f))
		p.before += int32(size)
		size = 0
	}
	if size < 0 || size > 11 {
		return r.failure()
	}
	p.before += r.value(uint(size))
	d.block[0] = p.before * p.quant[0]
	return nil
}

// rare reads what the table does not give, the value or all of a code, after coefficient k, and
// returns the coefficient it came to, pastBlock or more if there is none.
func (d *baseline) rare(p *component, c shortCode, k uint8) (uint8, error) {
	r := &d.bits
	run, size := int(c>>8&0x7f), int(c>>16)
	if c == 0 {
		symbol := p.ac.next(r)
		if symbol < 0 {
			return 0, r.failure()
		}
		run, size = symbol>>4, symbol&15
	}
	at := int(k) + run + 1
	switch {
	case size == 0 && (run < 15 || at > 63): // the end, or sixteen zeros that lead past it
		return pastBlock + k, nil
	case at > 63:
		if r.over() {
			return 0, errScanEnds
		}
		return 0, errHuffman
	}
	d.block[zigzag[at]&63] = r.value(uint(size)) * p.quant[at]
	return uint8(at), nil
}
