package imageio

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
)

func TestStructure(t *testing.T) {
	for name, want := range map[string]string{
		"420.jpg":         "JFIF/1.1/0:1x1 APP1/Exif DQT SOF0 DHT SOS",
		"progressive.jpg": "JFIF/1.1/0:1x1 DQT SOF2 DHT/own SOS",
		"texts.png":       "IHDR tEXt iTXt eXIf IDAT IEND",
		"palette.png":     "IHDR PLTE tRNS IDAT IEND",
		"lossless.webp":   "VP8L",
		"8bit.avif":       "",
	} {
		if got, _ := Structure(testFile(t, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got, c2pa := Structure([]byte("no picture")); got != "" || c2pa {
		t.Errorf("of no picture: %q, %v", got, c2pa)
	}
}

// What does not depend on the picture is the same for every picture of a program.
func TestStructureIsTheProgramsNotThePictures(t *testing.T) {
	var a, b bytes.Buffer
	for to, size := range map[*bytes.Buffer]int{&a: 8, &b: 200} {
		if err := jpeg.Encode(to, colourful(size, size), nil); err != nil {
			t.Fatal(err)
		}
	}
	first, _ := Structure(a.Bytes())
	second, _ := Structure(b.Bytes())
	if first != second || first == "" {
		t.Errorf("%q and %q", first, second)
	}
}

func TestContentCredentials(t *testing.T) {
	plain := testFile(t, "420_odd.jpg")
	signed := append([]byte{0xff, 0xd8, 0xff, 0xeb, 0, 20}, "JP\x00\x01jumb0000c2pa00"...)
	signed = append(signed, plain[2:]...)
	if m := Metadata(signed); !m.C2PA || !strings.HasPrefix(m.Structure, "APP11/JP ") {
		t.Errorf("%+v", m)
	}
	if m := Metadata(plain); m.C2PA {
		t.Errorf("%+v", m)
	}
}
