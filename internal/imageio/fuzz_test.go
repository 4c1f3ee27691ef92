package imageio

import (
	"errors"
	"image"
	"testing"
)

// seeds adds the pictures of testdata, whole and cut, and one PNG of every kind.
func seeds(f *testing.F) {
	for _, ref := range references(f) {
		data := testFile(f, ref.Name)
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add(pngOf(5, 4, 16, pngRGBA, true))
	f.Add(pngOf(5, 4, 2, pngPalette, false))
	f.Add(bmpOf(4, 2, 4, bmpRLE4, 64, make([]byte, 80)...))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x00\x01\x03\x00\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"))
}

var fuzzLimits = Limits{MaxBytes: 1 << 20, MaxPixels: 1 << 18}

// Whatever the bytes: no panic, only Invalid errors, and a header that is accepted
// is within the limits.
func FuzzReadInfo(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := ReadInfo(data, fuzzLimits)
		var bad *Invalid
		switch {
		case err != nil && !errors.As(err, &bad):
			t.Errorf("%v is no Invalid", err)
		case err == nil && (info.Width < 1 || info.Height < 1 || info.Width*info.Height > 1<<18 || info.Frames < 1 || info.Format != Sniff(data)):
			t.Errorf("accepted %+v", info)
		}
		Metadata(data)
	})
}

// AVIF and HEIC are left to FuzzReadInfo: their decoders run in a sandbox and take
// a second to start.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if format := Sniff(data); format == "avif" || format == "heic" {
			return
		}
		p, info, err := Decode(data, fuzzLimits)
		var bad *Invalid
		switch {
		case err != nil && !errors.As(err, &bad):
			t.Errorf("%v is no Invalid", err)
		case err == nil && (p.W != info.Width || p.H != info.Height || len(p.Pix) != 3*p.W*p.H):
			t.Errorf("%dx%d of %+v", p.W, p.H, info)
		}
		if small, _, err2 := DecodeAtLeast(data, fuzzLimits, 2); (err == nil) != (err2 == nil) {
			t.Errorf("full size: %v, scaled: %v (%v)", err, err2, small)
		}
		for _, long := range []int{1, 9, 1 << 20} {
			if _, _, err2 := DecodeReduced(data, fuzzLimits, func(Info) int { return long }); (err == nil) != (err2 == nil) {
				t.Errorf("full size: %v, reduced: %v", err, err2)
			}
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x03\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, block []byte) {
		exifOrientation(block)
		var m Meta
		m.exif(block)
		if len(m.Make) > 200 {
			t.Errorf("maker of %d bytes", len(m.Make))
		}
	})
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"))
	f.Fuzz(func(t *testing.T, head []byte) { Sniff(head) })
}

// What is no packed picture is refused, and what is taken is as large as it says.
func FuzzUnpack(f *testing.F) {
	p := image.NewYCbCr(image.Rect(0, 0, 17, 9), image.YCbCrSubsampleRatio420)
	for i := range p.Y {
		p.Y[i] = uint8(i * i)
	}
	for _, quality := range []int{20, 100} { // the latter with values of 16 bits
		data, err := NewPacker(quality).Pack(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)-1])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Unpack(data)
		if err == nil && (p.W != int(le16(data[2:])) || p.H != int(le16(data[4:])) || len(p.Pix) != 3*p.W*p.H) {
			t.Errorf("%d x %d of %d bytes", p.W, p.H, len(data))
		}
	})
}
