package imageio

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// annexK is the luminance table of T.81, table K.1, in zigzag order; libjpeg's
// quality scales it.
var annexK = [64]int{
	16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
	26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
	56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
	95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
}

// quality returns the libjpeg quality whose luminance table is nearest to the
// first one in the file, 0 without one. For files that libjpeg wrote it is exact.
func quality(tables [4][]byte) int {
	if tables[0] == nil {
		return 0
	}
	best, least := 0, 1<<62
	for q, standard := range standardTables() {
		distance := 0
		for i, v := range standard {
			d := tableValue(tables[0], i) - int(v)
			if distance += d * d; distance >= least {
				break
			}
		}
		if distance < least {
			best, least = q+1, distance
		}
	}
	return best
}

// standardTables are libjpeg's luminance tables of qualities 1 to 100.
var standardTables = sync.OnceValue(func() *[100][64]uint8 {
	all := new([100][64]uint8)
	for q := range all {
		for i, base := range annexK {
			all[q][i] = uint8(scaled(base, q+1))
		}
	}
	return all
})

// tableValue reads an entry of 8 or 16 bits.
func tableValue(table []byte, i int) int {
	if len(table) == 128 {
		return int(be16(table[2*i:]))
	}
	return int(table[i])
}

// scaled is jpeg_quality_scaling of libjpeg, for baseline tables.
func scaled(base, quality int) int {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	return min(max((base*scale+50)/100, 1), 255)
}

// tablesHash names a set of tables with 8 hexadecimal digits, "" without tables:
// programs and cameras are known by them.
func tablesHash(tables [4][]byte) string {
	sum, any := sha256.New(), false
	for i, t := range tables {
		if t != nil {
			sum.Write([]byte{byte(i)})
			sum.Write(t)
			any = true
		}
	}
	if !any {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil)[:4])
}

// subsampling names how chroma is sampled, as photographers do.
func subsampling(c []jpegComponent) string {
	fx, fy := c[0].h/max(c[1].h, 1), c[0].v/max(c[1].v, 1)
	names := map[[2]byte]string{{1, 1}: "4:4:4", {2, 1}: "4:2:2", {2, 2}: "4:2:0", {1, 2}: "4:4:0", {4, 1}: "4:1:1", {4, 2}: "4:1:0"}
	if name := names[[2]byte{fx, fy}]; name != "" {
		return name
	}
	return fmt.Sprintf("%dx%d", fx, fy)
}

// quantOf returns a component's quantisation table, in zigzag order.
func (j *jpegHeader) quantOf(c jpegComponent) (q [256]int32, err error) {
	if c.quant > 3 || j.quant[c.quant] == nil {
		return q, invalid("corrupt: the JPEG lacks a quantisation table")
	}
	for i := range 64 {
		q[i] = int32(tableValue(j.quant[c.quant], i))
	}
	return q, nil
}

// codesOf returns the code tables that the first scan chooses for a component;
// made holds those that other components have asked for.
func (j *jpegHeader) codesOf(c jpegComponent, made *[2][4]*huffman) (dc, ac *huffman, err error) {
	for s := j.selectors; len(s) >= 2; s = s[2:] {
		if s[0] != c.id {
			continue
		}
		if dc, err = j.codeTable(0, s[1]>>4, made); err != nil {
			return nil, nil, err
		}
		ac, err = j.codeTable(1, s[1]&15, made)
		return dc, ac, err
	}
	return nil, nil, invalid("corrupt: the JPEG's scan leaves out a component")
}

func (j *jpegHeader) codeTable(class, number byte, made *[2][4]*huffman) (h *huffman, err error) {
	if number > 3 || j.codes[class][number] == nil {
		return nil, invalid("corrupt: the JPEG lacks a code table")
	}
	if made[class][number] == nil {
		made[class][number], err = huffmanOf(int(class), j.codes[class][number])
	}
	return made[class][number], err
}
