package imageio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// checkCost decodes data and holds what was allocated in all, garbage included,
// against the estimate that a Gate would have been asked for.
func checkCost(t *testing.T, name string, data []byte) {
	t.Helper()
	info, err := ReadInfo(data, Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := Decode(data, Limits{}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	runtime.ReadMemStats(&after)
	if took := int64(after.TotalAlloc-before.TotalAlloc) + int64(len(data)); took > info.DecodeBytes() && !raceEnabled {
		t.Errorf("%s, %dx%d: decoding took %d bytes, estimated %d", name, info.Width, info.Height, took, info.DecodeBytes())
	}
}

func TestDecodeBytesIsHonest(t *testing.T) {
	rect := image.Rect(0, 0, 900, 700)
	deep, wide, flat := image.NewNRGBA64(rect), image.NewNRGBA(rect), image.NewPaletted(rect, color.Palette{color.White, color.Black})
	for i := range wide.Pix {
		wide.Pix[i] = uint8(i * i >> 7)
	}
	for i := range deep.Pix {
		deep.Pix[i] = uint8(i * 31)
	}
	for name, encode := range map[string]func(b *bytes.Buffer) error{
		"8-bit PNG":  func(b *bytes.Buffer) error { return png.Encode(b, wide) },
		"16-bit PNG": func(b *bytes.Buffer) error { return png.Encode(b, deep) },
		"JPEG":       func(b *bytes.Buffer) error { return jpeg.Encode(b, wide, nil) },
		"GIF":        func(b *bytes.Buffer) error { return gif.Encode(b, flat, nil) },
		"BMP":        func(b *bytes.Buffer) error { return bmp.Encode(b, wide) },
		"TIFF":       func(b *bytes.Buffer) error { return tiff.Encode(b, wide, &tiff.Options{Compression: tiff.Deflate}) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		checkCost(t, name, b.Bytes())
	}
	for _, ref := range references(t) {
		if !strings.HasSuffix(ref.Name, "ic") && !strings.HasSuffix(ref.Name, "if") {
			checkCost(t, ref.Name, testFile(t, ref.Name))
		}
	}
}

// Headers that claim the world are refused before anything of that size is made.
func TestBombsAreRefusedByTheirHeaders(t *testing.T) {
	huge := func(data []byte, at int, order binary.ByteOrder, size int, values ...uint64) []byte {
		data = bytes.Clone(data)
		for i, v := range values {
			switch size {
			case 2:
				order.PutUint16(data[at+2*i:], uint16(v))
			case 4:
				order.PutUint32(data[at+4*i:], uint32(v))
			}
		}
		return data
	}
	var gifFile, bmpFile, jpegFile bytes.Buffer
	small := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.White, color.Black})
	if gif.Encode(&gifFile, small, nil) != nil || bmp.Encode(&bmpFile, small) != nil || jpeg.Encode(&jpegFile, small, nil) != nil {
		t.Fatal("cannot encode")
	}
	pngFile := chunkOf("IHDR", []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0})
	pngFile = bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), pngFile, chunkOf("IDAT", []byte{1}), chunkOf("IEND", nil)}, nil)
	sof := bytes.Index(jpegFile.Bytes(), []byte{0xff, 0xc0})
	for name, data := range map[string][]byte{
		"PNG":  pngFile,
		"GIF":  huge(gifFile.Bytes(), 6, binary.LittleEndian, 2, 65535, 65535),
		"BMP":  huge(bmpFile.Bytes(), 18, binary.LittleEndian, 4, 60000, 60000),
		"JPEG": huge(jpegFile.Bytes(), sof+5, binary.BigEndian, 2, 65500, 65500),
		"WebP": huge(testFile(t, "lossless_alpha.webp"), 21, binary.LittleEndian, 4, 0x1fffffff),
		"HEIC": bytes.ReplaceAll(testFile(t, "8bit.heic"), []byte("ispe\x00\x00\x00\x00\x00\x00\x00"), []byte("ispe\x00\x00\x00\x00\x00\xff\xff")),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := Decode(data, Limits{})
		runtime.ReadMemStats(&after)
		var bad *Invalid
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: refusing it took %d bytes", name, took)
		}
	}
}

func TestLimits(t *testing.T) {
	data := pngOf(100, 50, 8, pngRGB, false)
	for name, c := range map[string]struct {
		lim  Limits
		want string
	}{
		"bytes":  {Limits{MaxBytes: 100}, "too large: the file has"},
		"pixels": {Limits{MaxPixels: 4999}, "too large: the header says 100x50 pixels, the limit is 4999 in all"},
		"memory": {Limits{MaxMemory: 10_000}, "too large: decoding 100x50 pixels takes"},
		"none":   {Limits{}, ""},
	} {
		_, err := ReadInfo(data, c.lim)
		if got := text(err); !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for _, c := range []struct{ data, want string }{
		{"", "empty file"},
		{"<svg></svg>", "no picture: the content is none of JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF, HEIC"},
		{"\xff\xd8\xff", truncated},
		{"GIF89a", truncated},
	} {
		if _, err := ReadInfo([]byte(c.data), Limits{}); text(err) != c.want {
			t.Errorf("%q: %v, want %q", c.data, err, c.want)
		}
	}
}

// Files of nothing but tiny parts are refused without a list of them all.
func TestManyParts(t *testing.T) {
	idat := bytes.Repeat(chunkOf("IDAT", nil), 300_000)
	pngFile := bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunkOf("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0}), idat, chunkOf("IEND", nil)}, nil)
	heicFile := append(bytes.Clone(testFile(t, "8bit.heic")), bytes.Repeat([]byte("\x00\x00\x00\x08free"), 100_000)...)
	for name, data := range map[string][]byte{"PNG": pngFile, "HEIC": heicFile} {
		if _, err := ReadInfo(data, Limits{}); !strings.Contains(text(err), "too many") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
