package dedup

import (
	"math"
	"math/bits"

	"github.com/corona10/goimagehash/transforms"
	"github.com/curate/curate/dedup/internal/area"
	"github.com/curate/curate/internal/raster"
)

// Hash is the 64-bit perception hash (pHash) of a picture. The zero Hash marks
// a flat picture: one with too little in it for a hash to mean anything.
//
// Bit 63-8v-u is the sign of the DCT coefficient of vertical frequency v and
// horizontal frequency u, the first bit standing for the mean. To mirror or to
// turn a picture changes signs of its coefficients or transposes them, so the
// hashes of all eight orientations follow from one: see [Hash.Orient].
type Hash uint64

// HashVersion changes whenever the same picture would get another hash.
const HashVersion = 2

const (
	hashSide  = 64 // the hash looks at hashSide x hashSide cells of grey
	hashCells = 8  // and at hashCells x hashCells of their frequencies
	// steady is a coefficient as large as a mean swing of half a grey level
	// over the whole picture: more than recompression moves.
	steady = 0.5 * hashSide * hashSide / 4
	// flatBelow is the number of steady coefficients, of 63, that a picture
	// needs. Photographs have 28 to 63 of them, a plain gradient at most 14.
	flatBelow = 20
)

// HashOf computes the perception hash as goimagehash does (DCT of a 64 x 64
// grey copy, its 8 x 8 lowest coefficients), but takes the signs of the
// coefficients where goimagehash compares them with their median. The median
// is next to zero; on edited photographs both find the same copies (measured in
// docs/dedup.md), and with signs the distance of two pictures is the same
// whichever of them is turned. Flat pictures give 0.
func HashOf(p *raster.Picture) Hash { return hashOfCells(area.Grey(p, hashSide, hashSide)) }

// HashOfLuma is [HashOf] of a picture that comes as brightness already, as JPEGs
// have it: 8-bit samples, row by row, stride bytes from one row to the next. Of a
// picture shrunk to some 112 to 256 pixels it is that of the whole, or a bit or two
// from it (docs/formats.md has the shares).
func HashOfLuma(pix []uint8, stride, w, h int) Hash {
	return hashOfCells(area.Luma(pix, stride, w, h, hashSide, hashSide))
}

func hashOfCells(grey []float64) Hash {
	lowFrequencies(grey)
	hash, seen := Hash(1<<63), 0
	for i := 1; i < 64; i++ {
		c := grey[hashSide*(i/8)+i%8]
		if c > 0 {
			hash |= 1 << (63 - i)
		}
		if math.Abs(c) > steady {
			seen++
		}
	}
	if seen < flatBelow {
		return 0
	}
	return hash
}

// lowFrequencies puts the lowest hashCells x hashCells coefficients of a picture's DCT in their places,
// with the sums that transforms.DCT2DFast64 takes: rows first, then the columns that a
// hash looks at.
func lowFrequencies(grey []float64) {
	for y := range hashSide {
		transforms.DCT1DFast64(grey[y*hashSide:][:hashSide])
	}
	var column [hashSide]float64
	for x := range hashCells {
		for y := range column {
			column[y] = grey[y*hashSide+x]
		}
		transforms.DCT1DFast64(column[:])
		for y := range hashCells {
			grey[y*hashSide+x] = column[y]
		}
	}
}

// Flat tells that the picture had too little in it to be hashed.
func (h Hash) Flat() bool { return h == 0 }

// The bits of odd horizontal and of odd vertical frequency.
const (
	oddColumns = 0x5555555555555555
	oddRows    = 0x00ff00ff00ff00ff
)

// Orient returns the hash of the same picture turned by an EXIF orientation (1
// to 8, see raster.Picture.Orient). A flat hash stays flat.
func (h Hash) Orient(orientation int) Hash {
	if h == 0 {
		return 0
	}
	if orientation >= 5 {
		h = h.transpose()
	}
	switch orientation {
	case 2, 6:
		h ^= oddColumns
	case 3, 7:
		h ^= oddColumns ^ oddRows
	case 4, 8:
		h ^= oddRows
	}
	return h
}

// Orientations returns the hash in EXIF orientations 1 to 8, at index 0 to 7.
func (h Hash) Orientations() [8]uint64 {
	var all [8]uint64
	for o := range all {
		all[o] = uint64(h.Orient(o + 1))
	}
	return all
}

// transpose mirrors the 8 x 8 bits at their diagonal (Warren, Hacker's Delight, 7-3).
func (h Hash) transpose() Hash {
	x := uint64(h)
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	x ^= t ^ t<<28
	return Hash(x)
}

// Distance returns the fewest bits in which a differs from b in any
// orientation, and the EXIF orientation that turns b's picture into a's (1 = as
// it is). Distance(b, a) gives the same bits. A flat picture is 64 bits from
// everything, also from another flat one.
func Distance(a, b Hash) (apart, orientation int) {
	if a.Flat() || b.Flat() {
		return 64, 1
	}
	apart = 65
	for o := 1; o <= 8; o++ {
		if d := bits.OnesCount64(uint64(a ^ b.Orient(o))); d < apart {
			apart, orientation = d, o
		}
	}
	return apart, orientation
}

// Inverse returns the orientation that undoes o: only quarter turns differ.
func Inverse(o int) int {
	switch o {
	case 6:
		return 8
	case 8:
		return 6
	}
	return o
}
