package dedup_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// faded is a drawn scene that light has all but swallowed: 11 levels are left of 255.
func faded(seed uint64) *raster.Picture {
	p := scene.Render(seed, 192, 144).Clone()
	for i, v := range p.Pix {
		p.Pix[i] = 240 + v/24
	}
	return p
}

func savedAsJPEG(t *testing.T, p *raster.Picture, quality int) *raster.Picture {
	t.Helper()
	data, err := edit.EncodeJPEG(p, quality)
	if err != nil {
		t.Fatal(err)
	}
	im, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return raster.FromImage(im)
}

func TestFaintPicturesAreTheSameOnlyIfTheyShowTheSame(t *testing.T) {
	const scenes = 12
	for i := range uint64(scenes) {
		p := faded(i)
		if !dedup.HashOf(p).Flat() {
			t.Fatalf("scene %d is not faint", i)
		}
		own := dedup.FaintOf(p)
		for name, q := range map[string]*raster.Picture{
			"JPEG 75": savedAsJPEG(t, p, 75), "half the size": preprocess.Resize(p, 96, 72, preprocess.Bicubic),
			"mirrored": p.Orient(2), "turned": p.Orient(6), "upside down": p.Orient(3), "turned back": p.Orient(8),
		} {
			if !own.Same(dedup.FaintOf(q)) {
				t.Errorf("scene %d and the same, %s, differ", i, name)
			}
		}
		for k := range i {
			if own.Same(dedup.FaintOf(faded(k))) {
				t.Errorf("scenes %d and %d are taken for the same", i, k)
			}
		}
	}
}

func TestFaintBlankFrames(t *testing.T) {
	blank := func(r, g, b uint8) *dedup.Faint {
		p := raster.New(40, 30)
		for i := 0; i < len(p.Pix); i += 3 {
			p.Pix[i], p.Pix[i+1], p.Pix[i+2] = r, g, b
		}
		return dedup.FaintOf(p)
	}
	white := blank(255, 255, 255)
	for name, c := range map[string]struct {
		other *dedup.Faint
		same  bool
	}{
		"white": {blank(255, 255, 255), true}, "next to white": {blank(255, 255, 254), true}, "black": {blank(0, 0, 0), false},
		"paper": {blank(250, 250, 240), false}, "nothing measured": {nil, false},
	} {
		if white.Same(c.other) != c.same {
			t.Errorf("white and %s: %v", name, !c.same)
		}
	}
	if blank(200, 100, 0).Same(blank(100, 151, 0)) {
		t.Error("two colours of one brightness are taken for the same")
	}
	var none *dedup.Faint
	if none.Same(white) {
		t.Error("what was not measured is the same as white")
	}
}
