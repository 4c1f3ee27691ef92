package augment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// config brings pictures to 32 x 32 pixels.
func config() preprocess.Config {
	return preprocess.Config{DoResize: true, Target: preprocess.Size{Height: 32, Width: 32}, Filter: preprocess.Bilinear}
}

func mustParse(t testing.TB, text string) Pipeline {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "none",
		"none":                     "none",
		"light":                    "crop:0.6-1,flip:0.5",
		"standard":                 "crop:0.08-1,flip:0.5,randaugment:2:9",
		"forensic":                 "native,resize:0.5-1:0.5,blur:0-3:0.5,jpeg:30-95:0.5,flip:0.5",
		"jitter:0.2, flip:1,jpeg:": "jpeg:30-95:0.5,flip:1,jitter:0.2:0.4:0.4:0.1",
		"jpeg:50-60:1":             "jpeg:50-60:1",
		"randaugment:3":            "randaugment:3:9",
	} {
		got := mustParse(t, text)
		if got.String() != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if again := mustParse(t, got.String()); again.String() != want || got.None() != (want == "none") {
			t.Errorf("%q is %q when read again", want, again)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"blub":            `"blub" is none of none, light`,
		"crop,native":     "take one of them",
		"flip,flip":       "twice",
		"flip:2":          "from 0 to 1",
		"crop:1-0.5":      "goes down",
		"crop:0.5":        "write crop:0.08-1",
		"jpeg:0-50":       "from 1 to 100",
		"jpeg:30-95:.5:1": "too many",
		"randaugment:2.5": "whole number",
		"jitter:1:1:1:1":  "from 0 to 0.5",
		"resize:a-b":      `"a" is no number`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"light", "forensic", "crop:0.1-1,jitter", "jpeg:30-95:0.5", "randaugment:2:9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is %q, which is %q (%v)", text, p, again, err)
		}
	})
}

// every is one pipeline with each operation alone, and the presets.
var every = []string{
	"crop", "native", "resize:0.3-3:1", "native,resize:0.3-3:1", "native,jpeg:30-95:1", "blur:0-3:1", "jpeg:30-95:1", "flip:1", "jitter", "randaugment:14:30",
	"none", "light", "standard", "forensic",
}

func TestApplyMakesTheSizeAndLeavesItsPicture(t *testing.T) {
	for _, text := range every {
		for _, size := range [][2]int{{1, 1}, {3, 200}, {200, 3}, {31, 33}, {64, 48}, {150, 150}} {
			in := drawn(size[0], size[1], 3)
			before := in.Clone()
			for epoch := range 4 {
				out := mustParse(t, text).Apply(Rand(1, epoch, 0, "a"), in, config())
				if out.W != 32 || out.H != 32 || len(out.Pix) != 3*32*32 {
					t.Errorf("%s of %v: %dx%d", text, size, out.W, out.H)
				}
			}
			if !slices.Equal(in.Pix, before.Pix) {
				t.Errorf("%s of %v writes to its picture", text, size)
			}
		}
	}
}

func TestApplyFollowsFromSeedEpochTurnAndPicture(t *testing.T) {
	in := drawn(90, 70, 3)
	for _, text := range []string{"crop", "jitter", "randaugment:2:9", "jpeg:5-95:1", "resize:0.3-3:1", "forensic"} {
		p := mustParse(t, text)
		at := func(seed uint64, epoch, turn int, id string) []uint8 {
			return p.Apply(Rand(seed, epoch, turn, id), in, config()).Pix
		}
		differ := 0
		for e := range 8 {
			want := at(1, e, 0, "a")
			if !slices.Equal(want, at(1, e, 0, "a")) {
				t.Errorf("%s: not the same twice", text)
			}
			for _, other := range [][]uint8{at(2, e, 0, "a"), at(1, e+1, 0, "a"), at(1, e, 1, "a"), at(1, e, 0, "b")} {
				if !slices.Equal(want, other) {
					differ++
				}
			}
		}
		if differ < 20 { // of 32
			t.Errorf("%s: only %d of 32 others differ", text, differ)
		}
	}
}

func TestNoneIsThePreparedPicture(t *testing.T) {
	in := drawn(90, 70, 3)
	want := preprocess.Resize(in, 32, 32, preprocess.Bilinear)
	if got := (Pipeline{}).Apply(Rand(1, 1, 1, "a"), in, config()); !slices.Equal(got.Pix, want.Pix) {
		t.Error("other pixels than without a pipeline")
	}
	if got := mustParse(t, "flip:1").Apply(Rand(1, 1, 1, "a"), in, config()); !slices.Equal(got.Pix, want.Orient(2).Pix) {
		t.Error("flip:1 is no mirror image")
	}
}

// TestNativeKeepsPixels finds the window in the picture.
func TestNativeKeepsPixels(t *testing.T) {
	in, seen := drawn(70, 50, 3), map[[2]int]bool{}
	for epoch := range 20 {
		out := mustParse(t, "native").Apply(Rand(1, epoch, 0, "a"), in, config())
		at, ok := find(in, out)
		if !ok {
			t.Fatalf("epoch %d: no window of the picture", epoch)
		}
		seen[at] = true
	}
	if len(seen) < 15 {
		t.Errorf("only %d different windows in 20 epochs", len(seen))
	}
	small := drawn(20, 10, 3)
	out := mustParse(t, "native").Apply(Rand(1, 0, 0, "a"), small, config())
	if want := config().Native().Picture(small); !slices.Equal(out.Pix, want.Pix) {
		t.Error("a small picture does not lie where validation has it")
	}
}

func find(in, window *raster.Picture) ([2]int, bool) {
	for y := range in.H - window.H + 1 {
		for x := range in.W - window.W + 1 {
			if slices.Equal(in.Crop(x, y, window.W, window.H).Pix, window.Pix) {
				return [2]int{x, y}, true
			}
		}
	}
	return [2]int{}, false
}

// TestCropWindows: area and shape lie in the bounds, and spread over them.
func TestCropWindows(t *testing.T) {
	c, rng := &Crop{.08, 1}, Rand(1, 0, 0, "a")
	leastArea, mostArea, leastShape, mostShape := 1., 0., 9., 0.
	for range 3000 {
		x, y, w, h := c.window(rng, 400, 300)
		if x < 0 || y < 0 || x+w > 400 || y+h > 300 || w < 1 || h < 1 {
			t.Fatalf("window %d,%d %dx%d", x, y, w, h)
		}
		area, shape := float64(w*h)/(400*300), float64(w)/float64(h)
		leastArea, mostArea = min(leastArea, area), max(mostArea, area)
		leastShape, mostShape = min(leastShape, shape), max(mostShape, shape)
	}
	for name, pair := range map[string][2]float64{"area": {leastArea, .08}, "largest area": {mostArea, 1}, "narrowest": {leastShape, .75}, "widest": {mostShape, 4. / 3}} {
		if !(math.Abs(pair[0]-pair[1]) < .03) {
			t.Errorf("%s %g, want about %g", name, pair[0], pair[1])
		}
	}
	if _, _, w, h := (&Crop{1, 1}).window(rng, 100, 10); w != 13 || h != 10 {
		t.Errorf("a strip gives %dx%d", w, h)
	}
}

// TestDamageDraws: each happens as often as it should, in its range.
func TestDamageDraws(t *testing.T) {
	p, rng := mustParse(t, "resize:0.5-1,blur:0-3,jpeg:30-95"), Rand(1, 0, 0, "a")
	var scaled, blurred, saved int
	for range 2000 {
		d := p.damage(rng, 100, 100)
		if d.scale < .5 || d.scale > 1 || d.sigma > 3 || d.quality != 0 && (d.quality < 30 || d.quality > 95) {
			t.Fatalf("%+v", d)
		}
		scaled, blurred, saved = scaled+one(d.scale != 1), blurred+one(d.sigma > 0), saved+one(d.quality > 0)
	}
	for name, n := range map[string]int{"resized": scaled, "blurred": blurred, "saved": saved} {
		if n < 850 || n > 1100 {
			t.Errorf("%s %d of 2000 times", name, n)
		}
	}
	if d := p.damageAtLeast(rng, 1); d.scale != 1 {
		t.Errorf("scale %g where nothing may shrink", d.scale)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
