package stage

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/curate/curate/catalog"
)

// data writes what was covered: numbers as varints, images and the first of each pair
// as differences, so that a million images with two million pairs take about 9 MB.
func (c *covered) data() []byte {
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(c.centre)))
	for _, v := range append([]float32{c.floor, c.linkAt}, c.centre...) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	b = binary.AppendUvarint(b, uint64(len(c.images)))
	last := catalog.ImageID(0)
	for _, id := range c.images {
		b = binary.AppendVarint(b, int64(id-last))
		last = id
	}
	for _, list := range [][][2]catalog.ImageID{c.pairs, c.links} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		last = 0
		for _, p := range list {
			b = binary.AppendVarint(b, int64(p[0]-last))
			b = binary.AppendVarint(b, int64(p[1]-p[0]))
			last = p[0]
		}
	}
	return b
}

// readCovered reads what data wrote.
func readCovered(b []byte) (c covered, err error) {
	r := coveredReader{b: b}
	floats := make([]float32, 2+r.count(4))
	for i := range floats {
		floats[i] = r.float()
	}
	c.floor, c.linkAt = floats[0], floats[1]
	if len(floats) > 2 {
		c.centre = floats[2:]
	}
	last := catalog.ImageID(0)
	c.images = make([]catalog.ImageID, r.count(1))
	for i := range c.images {
		last += catalog.ImageID(r.int())
		c.images[i] = last
	}
	c.pairs, c.links = r.pairs(), r.pairs()
	if r.bad || len(r.b) > 0 {
		return covered{}, errors.New("what was compared before is damaged: it is compared again")
	}
	return c, nil
}

// coveredReader takes numbers from the front; after the first fault all are 0.
type coveredReader struct {
	b   []byte
	bad bool
}

// count reads how many items follow, of so many bytes or more each.
func (r *coveredReader) count(size int) int {
	n, used := binary.Uvarint(r.b)
	if used <= 0 || n > uint64(len(r.b)-used)/uint64(size) {
		r.fail()
		return 0
	}
	r.b = r.b[used:]
	return int(n)
}

func (r *coveredReader) int() int64 {
	n, used := binary.Varint(r.b)
	if used <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[used:]
	return n
}

func (r *coveredReader) float() float32 {
	if len(r.b) < 4 {
		r.fail()
		return 0
	}
	v := math.Float32frombits(binary.LittleEndian.Uint32(r.b))
	r.b = r.b[4:]
	return v
}

func (r *coveredReader) pairs() [][2]catalog.ImageID {
	out := make([][2]catalog.ImageID, r.count(2))
	last := catalog.ImageID(0)
	for i := range out {
		last += catalog.ImageID(r.int())
		out[i] = [2]catalog.ImageID{last, last + catalog.ImageID(r.int())}
	}
	return out
}

func (r *coveredReader) fail() { r.b, r.bad = nil, true }
