package preprocess_test

import (
	"path/filepath"
	"testing"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

func TestSquashedShowsTheEdges(t *testing.T) {
	p := raster.New(300, 100)
	for y := range 100 {
		p.Set(0, y, 255, 255, 255) // the left edge, which the middle does not show
		p.Set(1, y, 255, 255, 255)
	}
	c, err := preprocess.ParseConfig([]byte(`{"image_processor_type":"BitImageProcessor","do_resize":true,"size":{"shortest_edge":64},"resample":3,
		"do_center_crop":true,"crop_size":{"height":56,"width":56},"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":false}`))
	if err != nil {
		t.Fatal(err)
	}
	middle := c
	c = c.Squashed()
	for _, x := range []struct {
		name string
		c    preprocess.Config
		want bool
	}{{"middle", middle, false}, {"whole", c, true}} {
		name, c, want := x.name, x.c, x.want
		w, h := c.Size()
		dst := make([]float32, 3*w*h)
		if err := c.Tensor(p, dst); err != nil || w != 56 || h != 56 {
			t.Fatalf("%s: %d x %d, %v", name, w, h, err)
		}
		if got := dst[28*56] > .1; got != want {
			t.Errorf("%s: the edge shows: %v", name, got)
		}
	}
	path := filepath.Join(t.TempDir(), preprocess.FileName)
	if err := c.SaveFile(path); err != nil {
		t.Fatal(err)
	}
	back, err := preprocess.ReadConfig(filepath.Dir(path))
	if err != nil || back.Target != c.Target || back.DoCenterCrop || back.Filter != c.Filter || back.Mean != c.Mean {
		t.Errorf("saved and read: %+v, %v; want %+v", back, err, c)
	}
}
