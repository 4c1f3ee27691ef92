package imageio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/curate/curate/internal/raster"
)

func TestSniff(t *testing.T) {
	ftyp := func(brands ...string) string {
		s := "ftyp" + brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], "")
		return string(binary.BigEndian.AppendUint32(nil, uint32(4+len(s)))) + s
	}
	for head, want := range map[string]string{
		"":                                  "",
		"\xff\xd8\xff\xe0\x00\x10JFIF":      "jpeg",
		"\x89PNG\r\n\x1a\n\x00\x00":         "png",
		"GIF87a":                            "gif",
		"RIFF\x10\x00\x00\x00WEBPVP8 ":      "webp",
		"RIFF\x10\x00\x00\x00WAVEfmt ":      "",
		"II*\x00\x08\x00\x00\x00":           "tiff",
		"MM\x00*\x00\x00\x00\x08":           "tiff",
		"II*\x00\x10\x00\x00\x00CR\x02\x00": "", // Canon's raw format
		"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00": "bmp",
		"BMW is a maker of cars and bikes.":                                  "",
		ftyp("avif", "mif1"):                                                 "avif",
		ftyp("avis", "avif", "msf1"):                                         "avif",
		ftyp("heic", "mif1"):                                                 "heic",
		ftyp("mif1", "mif1", "heic"):                                         "heic",
		ftyp("mif1", "miaf", "avif"):                                         "avif",
		ftyp("mif1", "jpeg"):                                                 "",
		ftyp("isom", "iso2", "mp41"):                                         "",
		"8BPS\x00\x01":                                                       "", // PSD
		"\x00\x00\x01\x00\x01\x00":                                           "", // ICO
		"<?xml version=\"1.0\"?><svg>":                                       "",
		"\x00\x00\x00\x0cjP  \r\n\x87\n":                                     "", // JPEG 2000
		"qoif\x00\x00\x00\x01":                                               "",
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}

func TestNamedLikePicture(t *testing.T) {
	for name, want := range map[string]bool{"a/b.JPG": true, "x.webp": true, "x.txt": false, "jpg": false, ".png": true, "x.jpg.part": false} {
		if NamedLikePicture(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
}

// A frame that covers only part of the screen lies where it belongs; the rest, and
// what is transparent, is white.
func TestGIFFirstFrameOnItsScreen(t *testing.T) {
	palette := color.Palette{color.Transparent, color.RGBA{200, 10, 20, 255}, color.RGBA{0, 0, 255, 255}}
	first := image.NewPaletted(image.Rect(3, 2, 7, 5), palette)
	for i := range first.Pix {
		first.Pix[i] = uint8(i % 2)
	}
	second := image.NewPaletted(image.Rect(0, 0, 10, 8), palette)
	for i := range second.Pix {
		second.Pix[i] = 2
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, second, second}, Delay: []int{1, 1, 1},
		Config: image.Config{ColorModel: palette, Width: 10, Height: 8}})
	if err != nil {
		t.Fatal(err)
	}
	p, info, err := Decode(b.Bytes(), Limits{})
	if err != nil || info.Frames != 3 || info.Width != 10 || info.Height != 8 {
		t.Fatalf("%+v, %v", info, err)
	}
	for y := range 8 {
		for x := range 10 {
			want := [3]uint8{255, 255, 255}
			if (image.Point{x, y}).In(first.Rect) && first.ColorIndexAt(x, y) == 1 {
				want = [3]uint8{200, 10, 20}
			}
			if r, g, b := p.RGB(x, y); [3]uint8{r, g, b} != want {
				t.Fatalf("pixel %d,%d is %d %d %d, want %v", x, y, r, g, b, want)
			}
		}
	}
}

func colourful(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x ^ y) * 9), 255})
		}
	}
	return m
}

func TestLosslessFormatsKeepPixels(t *testing.T) {
	src := colourful(33, 21)
	want := raster.FromImage(src)
	for name, encode := range map[string]func(b *bytes.Buffer) error{
		"BMP":        func(b *bytes.Buffer) error { return bmp.Encode(b, src) },
		"BMP of RGB": func(b *bytes.Buffer) error { return bmp.Encode(b, want) },
		"TIFF":       func(b *bytes.Buffer) error { return tiff.Encode(b, src, nil) },
		"TIFF deflate": func(b *bytes.Buffer) error {
			return tiff.Encode(b, src, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		},
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		p, info, err := Decode(b.Bytes(), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, largest := difference(t, p, want.Pix); largest != 0 {
			t.Errorf("%s: pixels differ by up to %d; %+v", name, largest, info)
		}
	}
}

// bmpOf puts a BITMAPINFOHEADER before what follows it: masks, palette, pixels.
func bmpOf(w, h, bits, compression, palette int, rest ...byte) []byte {
	b := make([]byte, 54)
	copy(b, "BM")
	le := binary.LittleEndian
	le.PutUint32(b[10:], uint32(54+palette))
	le.PutUint32(b[14:], 40)
	le.PutUint32(b[18:], uint32(w))
	le.PutUint32(b[22:], uint32(h))
	le.PutUint16(b[28:], uint16(bits))
	le.PutUint32(b[30:], uint32(compression))
	return append(b, rest...)
}

func TestBMPVariants(t *testing.T) {
	palette := make([]byte, 4*16)
	copy(palette, []byte{0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0}) // black, blue, green, red
	with := func(pixels ...byte) []byte { return append(bytes.Clone(palette), pixels...) }
	masks := []byte{0, 0xf8, 0, 0, 0xe0, 7, 0, 0, 0x1f, 0, 0, 0}
	const k, r, g, b = "\x00\x00\x00", "\xff\x00\x00", "\x00\xff\x00", "\x00\x00\xff"
	for name, c := range map[string]struct {
		data []byte
		want string // from the top left
	}{
		"RLE4":          {bmpOf(4, 2, 4, bmpRLE4, 64, with(4, 0x12, 0, 0, 0, 3, 0x30, 0x10, 0, 1)...), r + k + b + k + b + g + b + g},
		"RLE4 delta":    {bmpOf(2, 2, 4, bmpRLE4, 64, with(0, 2, 1, 1, 1, 0x30, 0, 1)...), k + r + k + k},
		"16 bits":       {bmpOf(2, 1, 16, bmpRGB, 0, 0, 0x7c, 0xe0, 3), r + g},
		"565":           {bmpOf(2, 1, 16, bmpBitfields, 12, append(bytes.Clone(masks), 0xe0, 7, 0x1f, 0)...), g + b},
		"top down":      {bmpOf(1, -2, 24, bmpRGB, 0, 255, 0, 0, 0, 0, 255, 0, 0), b + g},
		"2 bits":        {bmpOf(4, 1, 2, bmpRGB, 64, with(0x1b, 0, 0, 0)...), k + b + g + r},
		"8 bits, short": {bmpOf(2, 1, 8, bmpRGB, 64, with(3, 200)...), r + k}, // past the palette: black
	} {
		p, _, err := Decode(c.data, Limits{})
		if err != nil || string(p.Pix) != c.want {
			t.Errorf("%s: %v, %v; want %v", name, p, err, []byte(c.want))
		}
	}
	for name, data := range map[string][]byte{
		"RLE4 cut": bmpOf(4, 2, 4, bmpRLE4, 64, with(4, 0x12, 0, 0)...),
		"JPEG":     bmpOf(4, 2, 24, 4, 0, 1, 2, 3),
		"no width": bmpOf(-4, 2, 24, 0, 0, 1, 2, 3),
	} {
		if _, _, err := Decode(data, Limits{}); err == nil {
			t.Errorf("%s was decoded", name)
		}
	}
}

func TestTIFFOrientationAndPages(t *testing.T) {
	var b bytes.Buffer
	if err := tiff.Encode(&b, colourful(5, 3), nil); err != nil {
		t.Fatal(err)
	}
	plain, _, err := Decode(b.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for o := 2; o <= 8; o++ {
		data := withTag(t, b.Bytes(), tagOrientation, uint32(o))
		p, info, err := Decode(data, Limits{})
		if err != nil || info.Orientation != o {
			t.Fatalf("orientation %d: %+v, %v", o, info, err)
		}
		if want := plain.Orient(o); p.W != want.W || string(p.Pix) != string(want.Pix) {
			t.Errorf("orientation %d is not applied", o)
		}
	}
	if _, err := ReadInfo(withTag(t, b.Bytes(), tagPlanar, 2), Limits{}); text(err) != "unsupported: TIFF with its channels in separate planes" {
		t.Errorf("planar: %v", err)
	}
}

// withTag moves the directory of a TIFF to its end with one tag (SHORT) added.
func withTag(t *testing.T, data []byte, tag uint16, value uint32) []byte {
	t.Helper()
	le := binary.LittleEndian
	at := int(le.Uint32(data[4:]))
	n := int(le.Uint16(data[at:]))
	out := bytes.Clone(data)
	le.PutUint32(out[4:], uint32(len(data)))
	out = le.AppendUint16(out, uint16(n+1))
	added := false
	entry := func() {
		out = le.AppendUint16(out, tag)
		out = le.AppendUint16(out, 3)
		out = le.AppendUint32(out, 1)
		out = le.AppendUint32(out, value)
		added = true
	}
	for i := range n {
		e := data[at+2+12*i:][:12]
		if !added && le.Uint16(e) > tag {
			entry()
		}
		out = append(out, e...)
	}
	if !added {
		entry()
	}
	return append(out, 0, 0, 0, 0)
}

func TestJPEGRefusals(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, colourful(16, 16), nil); err != nil {
		t.Fatal(err)
	}
	sof := bytes.Index(b.Bytes(), []byte{0xff, 0xc0})
	change := func(at int, v byte) []byte {
		data := bytes.Clone(b.Bytes())
		data[at] = v
		return data
	}
	for want, data := range map[string][]byte{
		"unsupported: JPEG with 12 bits a sample":                         change(sof+4, 12),
		"unsupported: lossless JPEG":                                      change(sof+1, 0xc3),
		"unsupported: JPEG with arithmetic coding or hierarchical frames": change(sof+1, 0xc9),
		"corrupt: a component is sampled 0x2":                             change(sof+11, 0x02),
		"corrupt: the frame's header is too short":                        change(sof+9, 9),
		"corrupt: the file ends without a picture in it":                  {0xff, 0xd8, 0xff, 0xd9},
		"truncated: the file ends before the picture does":                b.Bytes()[:len(b.Bytes())-2],
		"corrupt: a scan comes before the frame's header":                 change(sof+1, 0xe5),
		"corrupt: the header says the picture is 0x16":                    change(sof+8, 0),
	} {
		if _, _, err := Decode(data, Limits{}); text(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Scans that end early but have their end marker are found too: every stretch of
// the entropy-coded data is missed. (A progressive picture may end after any scan.)
func TestJPEGScanThatEndsEarly(t *testing.T) {
	for _, name := range []string{"420.jpg", "422_odd.jpg", "grey.jpg", "444_odd.jpg", "restart.jpg"} {
		data := testFile(t, name)
		h, err := readHeader(data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for cut := h.jpeg.scan + 1; cut < len(data)-6; cut += 7 {
			short := append(bytes.Clone(data[:cut]), 0xff, markEOI)
			if _, _, err := Decode(short, Limits{}); err == nil {
				t.Errorf("%s: only %d of %d bytes of the scan, and it was decoded", name, cut-h.jpeg.scan, len(data)-2-h.jpeg.scan)
				break
			}
		}
	}
}

func TestDecodeAtLeast(t *testing.T) {
	var b bytes.Buffer
	src := colourful(400, 300)
	for i := 2; i < len(src.Pix); i += 4 {
		src.Pix[i] = 128 // smooth, so that its mean is known everywhere
	}
	if err := jpeg.Encode(&b, src, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for side, want := range map[int]int{0: 300, 301: 300, 300: 300, 151: 300, 150: 150, 100: 150, 75: 75, 40: 75, 37: 38, 1: 38} {
		p, info, err := DecodeAtLeast(b.Bytes(), Limits{}, side)
		if err != nil {
			t.Fatal(err)
		}
		if p.H != want || info.Height != 300 {
			t.Errorf("at least %d: %dx%d, info %dx%d; want %d high", side, p.W, p.H, info.Width, info.Height, want)
		}
		x, y := p.W/3, p.H/3
		r, g, _ := p.RGB(x, y)
		wr, wg := (2*x+1)*255/(2*p.W), (2*y+1)*255/(2*p.H)
		if dr, dg := int(r)-wr, int(g)-wg; dr*dr > 4 || dg*dg > 4 {
			t.Errorf("at least %d: pixel %d,%d is %d %d, want about %d %d", side, x, y, r, g, wr, wg)
		}
	}
	if p, _, err := DecodeAtLeast(testFile(t, "progressive.jpg"), Limits{}, 4); err != nil || p.W != 40 {
		t.Errorf("progressive: %v, %v", p.Bounds(), err)
	}
}

func ExampleInvalid() {
	_, _, err := Decode([]byte("GIF89a"), Limits{})
	fmt.Println(err)
	// Output: truncated: the file ends before the picture does
}
