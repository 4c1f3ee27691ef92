package preprocess

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/raster"
)

func TestParseConfig(t *testing.T) {
	for _, c := range []struct {
		name, text string
		w, h       int
		filter     Filter
		crop       bool
	}{
		{"the oldest form: no type, size a number", `{"do_resize":true,"size":224,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}`, 224, 224, Bilinear, false},
		{"feature extractor", `{"feature_extractor_type":"ViTFeatureExtractor","size":384,"resample":2}`, 384, 384, Bilinear, false},
		{"fast", `{"image_processor_type":"ViTImageProcessorFast","size":{"height":192,"width":256},"resample":3}`, 256, 192, Bicubic, false},
		{"DINOv2", `{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256},"crop_size":{"height":224,"width":224}}`, 224, 224, Bicubic, true},
		{"nulls are absent keys", `{"image_processor_type":"BitImageProcessor","size":null,"resample":null,"crop_size":null}`, 224, 224, Bicubic, true},
		{"DeiT", `{"image_processor_type":"DeiTImageProcessor"}`, 224, 224, Bicubic, true},
		{"ConvNext, small", `{"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":224}}`, 224, 224, Bicubic, true},
		{"ConvNext, large", `{"image_processor_type":"ConvNextImageProcessor","size":384}`, 384, 384, Bicubic, false},
	} {
		config, err := ParseConfig([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if w, h := config.Size(); w != c.w || h != c.h || config.Filter != c.filter || config.DoCenterCrop != c.crop {
			t.Errorf("%s: got %dx%d, %v, crop %v", c.name, w, h, config.Filter, config.DoCenterCrop)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{`: "unexpected end",
		`{"image_processor_type":"SamImageProcessor"}`:                                   `image processor "SamImageProcessor" is not known; known are BitImageProcessor`,
		`{"image_processor_type":"ViTImageProcessor","size":{"shortest_edge":224}}`:      "different sizes",
		`{"image_processor_type":"ViTImageProcessor","size":{"longest_edge":224}}`:       "want a number",
		`{"image_processor_type":"ViTImageProcessor","size":"large"}`:                    "size is \"large\"",
		`{"image_processor_type":"ViTImageProcessor","size":-3}`:                         "sides must lie between",
		`{"image_processor_type":"ViTImageProcessor","size":1000000}`:                    "sides must lie between",
		`{"image_processor_type":"ViTImageProcessor","resample":9}`:                      "none of Pillow's filters",
		`{"image_processor_type":"ViTImageProcessor","image_std":0}`:                     "zero",
		`{"image_processor_type":"ViTImageProcessor","image_mean":[1,2]}`:                "one number or three",
		`{"image_processor_type":"ViTImageProcessor","do_pad":true}`:                     "do_pad",
		`{"image_processor_type":"ViTImageProcessor","do_resize":false}`:                 "different sizes",
		`{"image_processor_type":"ConvNextImageProcessor","size":224,"crop_pct":0}`:      "sides must lie between",
		`{"image_processor_type":"BitImageProcessor","crop_size":{"shortest_edge":224}}`: "sides must lie between",
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
}

func TestReadConfigAsksTheModel(t *testing.T) {
	folder := t.TempDir()
	if _, err := ReadConfig(folder); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("without a file: got %v, want the folder named", err)
	}
	write(t, filepath.Join(folder, FileName), `{"size":{"shortest_edge":256}}`)
	if _, err := ReadConfig(folder); err == nil {
		t.Error("ViT's defaults accepted a size that keeps the picture's shape")
	}
	write(t, filepath.Join(folder, "config.json"), `{"model_type":"dinov2"}`)
	c, err := ReadConfig(folder)
	if err != nil || c.Processor != "BitImageProcessor" {
		t.Errorf("of a dinov2 model: got %q, %v", c.Processor, err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWithResolutionKeepsProportion(t *testing.T) {
	for _, c := range []struct {
		text   string
		px     int
		target Size
		crop   bool
	}{
		{`{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256}}`, 112, Size{ShortestEdge: 128}, true},
		{`{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256}}`, 98, Size{ShortestEdge: 112}, true},
		{`{"image_processor_type":"DeiTImageProcessor"}`, 112, Size{Height: 128, Width: 128}, true},
		{`{"image_processor_type":"ViTImageProcessor"}`, 384, Size{Height: 384, Width: 384}, false},
		{`{"image_processor_type":"ViTImageProcessor","size":{"height":100,"width":200}}`, 50, Size{Height: 50, Width: 50}, false},
	} {
		config, err := ParseConfig([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		got := config.WithResolution(c.px)
		w, h := got.Size()
		if got.Target != c.target || w != c.px || h != c.px || got.DoCenterCrop != c.crop {
			t.Errorf("%s at %d: resized to %+v, tensor %dx%d", c.text, c.px, got.Target, w, h)
		}
		if err := got.Tensor(drawn(60, 90, 1), make([]float32, 3*c.px*c.px)); err != nil {
			t.Error(err)
		}
	}
}

func TestTensorRefuses(t *testing.T) {
	c, err := ParseConfig([]byte(`{"image_processor_type":"BitImageProcessor"}`))
	if err != nil {
		t.Fatal(err)
	}
	good := make([]float32, 3*224*224)
	for name, got := range map[string]error{
		"a short tensor":                    c.Tensor(drawn(9, 9, 1), good[1:]),
		"an empty picture":                  c.Tensor(raster.New(0, 9), good),
		"a picture that would become 10 GB": c.Tensor(raster.New(1, 60_000_000), good),
	} {
		if got == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":18},"crop_size":{"height":14,"width":14}}`))
	f.Add([]byte(`{"image_processor_type":"ConvNextImageProcessor","size":[3,4],"crop_pct":1e-9,"image_mean":0.5}`))
	p := drawn(13, 8, 1)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfig(text)
		if err != nil {
			return
		}
		w, h := c.Size()
		if w*h > 1<<16 || c.Target.ShortestEdge > 1<<9 || c.Target.Height*c.Target.Width > 1<<18 {
			return
		}
		if err := c.Tensor(p, make([]float32, 3*w*h)); err != nil {
			t.Errorf("%s was accepted but makes no tensor: %v", text, err)
		}
	})
}
