package imageio

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"reflect"
	"testing"
)

func TestMetadata(t *testing.T) {
	camera := Meta{Make: "Maker", Model: "Model 1", Software: "Program 2", Taken: "2020:01:02 03:04:05", EXIF: true}
	for name, c := range map[string]struct {
		want  Meta
		facts int
	}{
		"420.jpg":           {with(camera, Meta{Quality: 80, QuantTables: "03f1f7b4", Subsampling: "4:2:0"}), 5},
		"420_odd.jpg":       {Meta{Comment: true, Quality: 75, QuantTables: "13660d69", Subsampling: "4:2:0"}, 1},
		"444_odd.jpg":       {Meta{Quality: 95, QuantTables: "28d506d7", Subsampling: "4:4:4"}, 0},
		"progressive.jpg":   {Meta{Quality: 80, QuantTables: "03f1f7b4", Subsampling: "4:2:0", Progressive: true}, 0},
		"grey.jpg":          {Meta{Quality: 80, QuantTables: "abc62d46"}, 0},
		"texts.png":         {with(camera, Meta{Text: []string{"parameters", "prompt"}}), 7},
		"orientation6.webp": {camera, 5},
		"orientation6.avif": {camera, 5},
		"orientation6.heic": {camera, 5},
		"lossless.webp":     {Meta{}, 0},
		"8bit.avif":         {Meta{}, 0},
	} {
		got := Metadata(testFile(t, name))
		got.Structure = "" // TestStructure looks at it
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
		if got.Facts() != c.facts {
			t.Errorf("%s: %d facts, want %d", name, got.Facts(), c.facts)
		}
	}
	if got := Metadata([]byte("no picture")); !reflect.DeepEqual(got, Meta{}) {
		t.Errorf("of no picture: %+v", got)
	}
}

// with adds what a JPEG or PNG says beside its EXIF block.
func with(m, more Meta) Meta {
	m.Quality, m.QuantTables, m.Subsampling, m.Text = more.Quality, more.QuantTables, more.Subsampling, more.Text
	return m
}

func TestMetadataAsJSON(t *testing.T) {
	text, err := json.Marshal(Metadata(testFile(t, "420_odd.jpg")))
	if want := `{"comment":true,"quality":75,"quant_tables":"13660d69","subsampling":"4:2:0","structure":"JFIF/1.1/0:1x1 COM DQT SOF0 DHT SOS"}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

// The quality of what the standard library writes, which uses libjpeg's tables, is
// found exactly.
func TestJPEGQuality(t *testing.T) {
	for _, q := range []int{1, 10, 49, 50, 51, 75, 90, 99, 100} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, colourful(8, 8), &jpeg.Options{Quality: q}); err != nil {
			t.Fatal(err)
		}
		if got := Metadata(b.Bytes()).Quality; got != q {
			t.Errorf("quality %d is taken for %d", q, got)
		}
	}
}

func TestICCName(t *testing.T) {
	profile := func(tag string) []byte {
		p := append(make([]byte, 128), 0, 0, 0, 1)
		p = append(p, "desc\x00\x00\x00\x90\x00\x00\x00"...)
		p = append(append(p, byte(len(tag))), tag...)
		return p
	}
	for tag, want := range map[string]string{
		"desc\x00\x00\x00\x00\x00\x00\x00\x0csRGB IEC6196\x00":                                               "sRGB IEC6196",
		"mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x04\x00\x00\x00\x1c\x00P\x003": "P3",
		"mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x04\xff\xff\x00\x1c\x00P\x003": "unnamed",
		"desc": "unnamed",
		"text\x00\x00\x00\x00\x00\x00\x00\x0csRGB IEC6196\x00": "unnamed",
	} {
		if got := iccName(profile(tag)); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
	if got := iccName([]byte("short")); got != "unnamed" {
		t.Errorf("a short profile: %q", got)
	}
}
