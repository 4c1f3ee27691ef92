package preprocess

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// Picture and Native are the two halves of Tensor.
func TestPictureIsWhatTensorWrites(t *testing.T) {
	for name := range processors {
		whole, err := ParseConfig(fmt.Appendf(nil, `{"image_processor_type": %q}`, name))
		if err != nil {
			t.Fatal(err)
		}
		c := whole.WithResolution(24)
		for _, size := range [][2]int{{60, 40}, {40, 60}, {24, 24}, {10, 90}, {5, 7}} {
			p := drawn(size[0], size[1], 5)
			for _, c := range []Config{c, c.Native()} {
				want, got := make([]float32, 3*24*24), make([]float32, 3*24*24)
				if err := c.Tensor(p, want); err != nil {
					t.Fatal(err)
				}
				if err := c.Native().Tensor(c.Picture(p), got); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(want, got) {
					t.Errorf("%s of %v, %+v: other numbers", name, size, c)
				}
			}
		}
	}
}

func TestNativeIsKeptInItsFile(t *testing.T) {
	c, _ := defaults("ViTImageProcessor")
	path := filepath.Join(t.TempDir(), FileName)
	if err := c.Native().SaveFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadConfig(filepath.Dir(path))
	if err != nil || got.DoResize || !got.DoCenterCrop || got.Crop != (Size{Height: 224, Width: 224}) {
		t.Errorf("%+v, %v", got, err)
	}
	p := drawn(300, 280, 5)
	if seen := got.Picture(p); !slices.Equal(seen.Pix, p.Crop(38, 28, 224, 224).Pix) {
		t.Error("not the middle of the picture")
	}
}
