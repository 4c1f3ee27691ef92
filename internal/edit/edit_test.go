package edit_test

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/gen2brain/webp"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

// plaid is a picture with an edge in every direction and no symmetry.
func plaid(w, h int) *raster.Picture {
	p := raster.New(w, h)
	for y := range h {
		for x := range w {
			p.Set(x, y, uint8(200*x/w+x%17), uint8(180*y/h+(x*y)%31), uint8(90+60*((x/9+y/7)%2)))
		}
	}
	return p
}

func TestEveryEditChangesThePicture(t *testing.T) {
	src := plaid(120, 90)
	for _, e := range edit.All() {
		t.Run(e.Name, func(t *testing.T) {
			got := e.Apply(edit.NewRand(1, 2), src)
			checkSound(t, got)
			if got.W < 30 || got.H < 22 || got.W > 300 || got.H > 300 {
				t.Errorf("%dx%d from 120x90: too far from the size there was", got.W, got.H)
			}
			if got.W == src.W && got.H == src.H && difference(got, src) < .3 {
				t.Errorf("mean difference of %.3f grey levels: nothing was edited", difference(got, src))
			}
		})
	}
}

func TestEditsAreDeterministicAndLeaveTheirSource(t *testing.T) {
	src := plaid(64, 48)
	before := src.Clone()
	for _, e := range append(edit.All(), edit.Robustness()...) {
		a, b := e.Apply(edit.NewRand(7, 1), src), e.Apply(edit.NewRand(7, 1), src)
		if a.W != b.W || a.H != b.H || !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: two runs from one seed differ", e.Name)
		}
		if !bytes.Equal(src.Pix, before.Pix) {
			t.Fatalf("%s wrote to its source", e.Name)
		}
		if &a.Pix[0] == &src.Pix[0] {
			t.Errorf("%s handed its source back: the two share pixels", e.Name)
		}
	}
}

func TestEditsDrawTheirStrength(t *testing.T) {
	src := plaid(64, 48)
	for _, name := range []string{"jpeg", "crop", "tilt", "brightness", "hue", "blur", "caption", "border"} {
		a, b := byName(t, name).Apply(edit.NewRand(1, 0), src), byName(t, name).Apply(edit.NewRand(2, 0), src)
		if bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: seeds 1 and 2 give the same picture", name)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range append(edit.All(), edit.Robustness()...) {
		if e.Name == "" || e.Name != strings.ToLower(e.Name) || seen[e.Name] && e.Name != "screenshot" {
			t.Errorf("name %q: empty, not lower case or twice", e.Name)
		}
		seen[e.Name] = true
	}
}

func TestOddShapes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 7}, {9, 1}, {2, 2}, {3, 900}, {1200, 2}, {17, 16}} {
		src := plaid(size[0], size[1])
		for _, e := range append(edit.All(), edit.Robustness()...) {
			for seed := range uint64(4) {
				checkSound(t, e.Apply(edit.NewRand(seed, 9), src))
			}
		}
	}
}

func TestChain(t *testing.T) {
	src := plaid(40, 30)
	twice := edit.Chain(edit.Mirror(), edit.Mirror())
	if twice.Name != "mirror+mirror" {
		t.Errorf("name %q", twice.Name)
	}
	if got := twice.Apply(edit.NewRand(1, 1), src); !bytes.Equal(got.Pix, src.Pix) {
		t.Error("mirroring twice does not give the picture back")
	}
}

func TestDrawChainsOneToThreeDifferentEdits(t *testing.T) {
	rng, lengths := edit.NewRand(3, 3), map[int]int{}
	for range 300 {
		names := strings.Split(edit.Draw(rng, edit.All()).Name, "+")
		lengths[len(names)]++
		if len(names) > 1 && names[0] == names[1] {
			t.Fatalf("%v repeats an edit", names)
		}
	}
	if len(lengths) != 3 || lengths[1] < lengths[2] || lengths[2] < lengths[3] {
		t.Errorf("lengths %v, want 1, 2 and 3, the short ones more often", lengths)
	}
}

func TestFixedStrengths(t *testing.T) {
	src := plaid(100, 60)
	for name, want := range map[string][2]int{"resize=0.5": {50, 30}, "crop=0.75": {75, 45}, "blur=2": {100, 60}, "jpeg=30": {100, 60}, "webp=50": {100, 60}} {
		got := named(t, edit.Robustness(), name).Apply(edit.NewRand(1, 1), src)
		if got.W != want[0] || got.H != want[1] {
			t.Errorf("%s: %dx%d, want %dx%d", name, got.W, got.H, want[0], want[1])
		}
	}
	if got := edit.Turn(90).Apply(nil, src); got.W != 60 || got.H != 100 {
		t.Errorf("turn=90: %dx%d", got.W, got.H)
	}
}

func TestStrongerIsFurther(t *testing.T) {
	src := plaid(100, 60)
	for _, pair := range [][2]edit.Edit{
		{edit.JPEG(90), edit.JPEG(10)}, {edit.WebP(80), edit.WebP(5)}, {edit.Blur(.5), edit.Blur(3)}, {edit.Noise(3), edit.Noise(20)},
		{edit.Brightness(1.1), edit.Brightness(1.6)}, {edit.Contrast(.9), edit.Contrast(.4)}, {edit.Gamma(1.1), edit.Gamma(2)},
		{edit.Saturation(.9), edit.Grey()}, {edit.Hue(5), edit.Hue(60)}, {edit.Rescale(.9), edit.Rescale(.3)}, {edit.Salt(.01), edit.Salt(.1)},
	} {
		weak, strong := pair[0].Apply(edit.NewRand(1, 1), src), pair[1].Apply(edit.NewRand(1, 1), src)
		if a, b := difference(weak, src), difference(strong, src); a >= b {
			t.Errorf("%s changes %.2f, %s only %.2f", pair[0].Name, a, pair[1].Name, b)
		}
	}
}

func TestGreyHasNoColour(t *testing.T) {
	got := edit.Grey().Apply(nil, plaid(20, 20))
	for i := 0; i < len(got.Pix); i += 3 {
		if got.Pix[i] != got.Pix[i+1] || got.Pix[i] != got.Pix[i+2] {
			t.Fatalf("pixel %d is %v", i/3, got.Pix[i:i+3])
		}
	}
}

func TestEncodersWriteWhatDecodersRead(t *testing.T) {
	src := plaid(50, 41)
	data, err := edit.EncodePNG(src)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil || !bytes.Equal(raster.FromImage(img).Pix, src.Pix) {
		t.Errorf("png does not come back as it was: %v", err)
	}
	if data, err = edit.EncodeJPEG(src, 95); err != nil {
		t.Fatal(err)
	}
	if img, err = jpeg.Decode(bytes.NewReader(data)); err != nil || difference(raster.FromImage(img), src) > 12 {
		t.Errorf("jpeg at 95 is not near what it was: %v", err)
	}
	if data, err = edit.EncodeWebP(src, 95); err != nil {
		t.Fatal(err)
	}
	if img, err = webp.Decode(bytes.NewReader(data)); err != nil || difference(raster.FromImage(img), src) > 12 {
		t.Errorf("webp at 95 is not near what it was: %v", err)
	}
}

func TestTooLongForJPEG(t *testing.T) {
	if _, err := edit.EncodeJPEG(raster.New(70000, 1), 80); err == nil {
		t.Error("70000 pixels a side were encoded")
	}
	if got := edit.JPEG(80).Apply(nil, raster.New(70000, 1)); got.W != 65500 {
		t.Errorf("the edit left %d pixels", got.W)
	}
}

func byName(t *testing.T, name string) edit.Edit {
	t.Helper()
	return named(t, edit.All(), name)
}

func named(t *testing.T, from []edit.Edit, name string) edit.Edit {
	t.Helper()
	for _, e := range from {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("there is no edit %q", name)
	return edit.Edit{}
}

func checkSound(t *testing.T, p *raster.Picture) {
	t.Helper()
	if p.W < 1 || p.H < 1 || len(p.Pix) != 3*p.W*p.H {
		t.Fatalf("%dx%d with %d bytes is no picture", p.W, p.H, len(p.Pix))
	}
}

// difference is the mean absolute difference of two pictures of one size, in
// grey levels.
func difference(a, b *raster.Picture) float64 {
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

func BenchmarkEdits(b *testing.B) {
	src := plaid(320, 240)
	for _, e := range edit.All() {
		b.Run(e.Name, func(b *testing.B) {
			for b.Loop() {
				e.Apply(edit.NewRand(1, 1), src)
			}
		})
	}
}
