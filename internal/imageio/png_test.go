package imageio

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/raster"
)

// pngOf writes a PNG of random samples in any variant, its rows filtered in turn by
// all five filters. extra chunks go before the pixels.
func pngOf(w, h, bits, kind int, interlaced bool, extra ...[]byte) []byte {
	rng := rand.New(rand.NewPCG(uint64(bits), uint64(kind)))
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	head = append(head, byte(bits), byte(kind), 0, 0, 0)
	d := pngHeader{w: w, h: h, bits: bits, kind: kind}
	passes := adam7[:]
	if interlaced {
		head[12] = 1
	} else {
		passes = []struct{ x, y, dx, dy int }{{0, 0, 1, 1}}
	}
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	for _, a := range passes {
		pw, ph := (w-a.x+a.dx-1)/a.dx, (h-a.y+a.dy-1)/a.dy
		if pw <= 0 {
			continue
		}
		for y := range max(ph, 0) {
			row := make([]byte, 1+d.rowBytes(pw))
			for i := range row {
				row[i] = byte(rng.Uint32())
			}
			row[0] = byte(y % 5)
			z.Write(row)
		}
	}
	z.Close()
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunkOf("IHDR", head)...)
	if kind == pngPalette {
		file = append(file, chunkOf("PLTE", bytes.Repeat([]byte{10, 200, 30, 90, 0, 255}, 1<<bits/2))...)
	}
	for _, c := range extra {
		file = append(file, c...)
	}
	half := rows.Len() / 2 // the pixels may be cut into chunks anywhere
	file = append(file, chunkOf("IDAT", rows.Bytes()[:half])...)
	file = append(file, chunkOf("IDAT", rows.Bytes()[half:])...)
	return append(file, chunkOf("IEND", nil)...)
}

func chunkOf(name string, body []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, name...), body...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

// Every kind of PNG decodes to what the standard library makes of it; of 16 bits
// we keep the upper 8, where it rounds.
func TestPNGEqualsStandardLibrary(t *testing.T) {
	depths := map[int][]int{pngGrey: {1, 2, 4, 8, 16}, pngRGB: {8, 16}, pngPalette: {1, 2, 4, 8}, pngGreyA: {8, 16}, pngRGBA: {8, 16}}
	for kind, bits := range depths {
		for _, b := range bits {
			for _, interlaced := range []bool{false, true} {
				for _, size := range [][2]int{{1, 1}, {3, 2}, {17, 11}, {32, 9}} {
					name := fmt.Sprintf("%v, colour type %d, %d bits, interlaced %v", size, kind, b, interlaced)
					data := pngOf(size[0], size[1], b, kind, interlaced)
					img, err := png.Decode(bytes.NewReader(data))
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					p, info, err := Decode(data, Limits{})
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					_, largest := difference(t, p, raster.FromImage(img).Pix)
					if largest > b/16*2 || info.Bits != b || info.Progressive != interlaced {
						t.Errorf("%s: largest difference %d, info %+v", name, largest, info)
					}
				}
			}
		}
	}
}

func TestPNGTransparentColourIsWhite(t *testing.T) {
	white := []uint8{255, 255, 255}
	for _, c := range []struct {
		bits, kind int
		trns       []byte
		row        []byte
	}{
		{8, pngRGB, []byte{0, 1, 0, 2, 0, 3}, []byte{0, 1, 2, 3}},
		{16, pngRGB, []byte{9, 1, 9, 2, 9, 3}, []byte{0, 9, 1, 9, 2, 9, 3}},
		{16, pngGrey, []byte{7, 1}, []byte{0, 7, 1}},
		{8, pngGrey, []byte{0, 5}, []byte{0, 5}},
		{2, pngGrey, []byte{0, 1}, []byte{0, 0x40}},
	} {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(c.row)
		w.Close()
		data := bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"),
			chunkOf("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, byte(c.bits), byte(c.kind), 0, 0, 0}),
			chunkOf("tRNS", c.trns), chunkOf("IDAT", z.Bytes()), chunkOf("IEND", nil)}, nil)
		p, _, err := Decode(data, Limits{})
		if err != nil || !bytes.Equal(p.Pix, white) {
			t.Errorf("%d bits, colour type %d: %v, %v", c.bits, c.kind, p, err)
		}
	}
}

func TestPNGChecksums(t *testing.T) {
	data := pngOf(9, 9, 8, pngRGB, false)
	at := bytes.LastIndex(data, []byte("IDAT")) + 5
	data[at] ^= 1
	if _, _, err := Decode(data, Limits{}); err == nil || err.Error() != "corrupt: a part of the PNG's pixels fails its checksum" {
		t.Errorf("got %v", err)
	}
}

// A compressed text that would grow to a gigabyte is never decompressed.
func TestPNGTextBomb(t *testing.T) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	w.Close()
	bomb := chunkOf("zTXt", append([]byte("Comment\x00\x00"), z.Bytes()...))
	profile := chunkOf("iCCP", append([]byte("wide\x00\x00"), z.Bytes()...))
	data := pngOf(5, 5, 8, pngRGB, false, bomb, profile)
	checkCost(t, "a PNG with bombs beside its pixels", data)
	if m := Metadata(data); m.ICC != "wide" || len(m.Text) != 1 || m.Text[0] != "Comment" {
		t.Errorf("metadata: %+v", m)
	}
}
