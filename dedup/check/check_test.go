package check

import (
	"math"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

func still(p *raster.Picture) Scores { return Picture(p, Facts{Width: p.W, Height: p.H, Frames: 1}) }

// flagged returns the faults of a picture at the default thresholds.
func flagged(s Scores) []Issue {
	var names []Issue
	for _, f := range Judge(s, Defaults()) {
		if f.Flagged {
			names = append(names, f.Issue)
		}
	}
	return names
}

func has(issues []Issue, want Issue) bool {
	for _, i := range issues {
		if i == want {
			return true
		}
	}
	return false
}

// each returns p with every value of every pixel changed.
func each(p *raster.Picture, f func(v float64) float64) *raster.Picture {
	out := p.Clone()
	for i, v := range p.Pix {
		out.Pix[i] = uint8(min(max(f(float64(v)), 0), 255))
	}
	return out
}

// moved returns p as a camera sees it that moves 24 pixels meanwhile.
func moved(p *raster.Picture, dx, dy int) *raster.Picture {
	return averaged(p, 12, func(i, x, y int) (int, int) { return x + dx*(2*i-12), y + dy*(2*i-12) })
}

// averaged returns the mean of n pictures; in picture i the pixel x, y is p's at from(i, x, y).
func averaged(p *raster.Picture, n int, from func(i, x, y int) (int, int)) *raster.Picture {
	out := raster.New(p.W, p.H)
	for k := range out.Pix {
		sum := 0
		for i := range n {
			x, y := from(i, k/3%p.W, k/3/p.W)
			sum += int(p.Row(min(max(y, 0), p.H-1))[3*min(max(x, 0), p.W-1)+k%3])
		}
		out.Pix[k] = uint8(sum / n)
	}
	return out
}

func filled(w, h int, r, g, b uint8) *raster.Picture {
	p := raster.New(w, h)
	for i := range w * h {
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = r, g, b
	}
	return p
}

func TestOrdinaryScenesAreClean(t *testing.T) {
	for seed := range uint64(24) {
		p := scene.Render(seed, 400, 300)
		if got := flagged(still(p)); len(got) > 0 {
			t.Errorf("scene %d is flagged %v: %v", seed, got, still(p))
		}
	}
}

func TestEveryFaultIsFound(t *testing.T) {
	rng := edit.NewRand(1, 1)
	for seed := range uint64(6) {
		p := scene.Render(seed, 400, 300)
		for _, c := range []struct {
			name string
			want Issue
			got  Scores
		}{
			{"under-exposed", Dark, still(each(p, func(v float64) float64 { return v / 5 }))},
			{"over-exposed", Light, still(each(p, func(v float64) float64 { return 246 + v/28 }))},
			{"out of focus", Blurry, still(edit.Blur(4).Apply(rng, p))},
			{"camera moved along", Blurry, still(moved(p, 1, 0))},
			{"camera moved across", Blurry, still(moved(p, 1, 1))},
			{"black and white", Grayscale, still(edit.Grey().Apply(rng, p))},
			{"black and white as JPEG", Grayscale, still(edit.JPEG(60).Apply(rng, edit.Grey().Apply(rng, p)))},
			{"a strip", OddAspect, still(p.Crop(0, 100, 400, 60))},
			{"an icon", Tiny, still(p.Crop(100, 100, 48, 48))},
			{"a film", Animated, Picture(p, Facts{400, 300, 12})},
		} {
			if !has(flagged(c.got), c.want) {
				t.Errorf("scene %d, %s: score %.3f of %s is not flagged", seed, c.name, c.got[c.want], c.want)
			}
		}
	}
}

func TestBlankFrames(t *testing.T) {
	rng := edit.NewRand(2, 2)
	for name, p := range map[string]*raster.Picture{
		"black":           filled(300, 200, 0, 0, 0),
		"white":           filled(300, 200, 255, 255, 255),
		"blue":            filled(300, 200, 20, 40, 200),
		"lens cap, grain": edit.Noise(6).Apply(rng, filled(300, 200, 12, 12, 12)),
		"grey as JPEG":    edit.JPEG(20).Apply(rng, filled(300, 200, 120, 121, 119)),
		"one pixel":       filled(1, 1, 9, 9, 9),
	} {
		if s := still(p); !has(flagged(s), Blank) {
			t.Errorf("%s: blank scores %.3f", name, s[Blank])
		}
		if s := still(p); name != "lens cap, grain" && !has(flagged(s), LowInformation) {
			t.Errorf("%s: low_information scores %.3f", name, s[LowInformation])
		}
	}
	if s := still(filled(300, 200, 0, 0, 0)); s[Blurry] != 0 {
		t.Errorf("a black frame is blank, not blurry: %.3f", s[Blurry])
	}
	logo := filled(300, 200, 255, 255, 255)
	for y := 80; y < 120; y++ {
		for x := 130; x < 170; x++ {
			logo.Set(x, y, 200, 30, 30)
		}
	}
	if s := still(logo); has(flagged(s), Blank) {
		t.Errorf("a logo on white is no blank frame, but scores %.3f", s[Blank])
	}
}

func TestSoftBackgroundIsNotBlur(t *testing.T) {
	rng := edit.NewRand(3, 3)
	p := scene.Render(3, 400, 300)
	soft := edit.Blur(6).Apply(rng, p)
	if !has(flagged(still(soft)), Blurry) {
		t.Fatalf("the blurred scene scores only %.3f", still(soft)[Blurry])
	}
	for y := 75; y < 225; y++ { // a sharp subject in the middle
		copy(soft.Row(y)[3*100:3*300], p.Row(y)[3*100:3*300])
	}
	if s := still(soft); has(flagged(s), Blurry) {
		t.Errorf("a sharp subject before a soft background scores %.3f", s[Blurry])
	}
}

func TestScoresHardlyDependOnScale(t *testing.T) {
	for seed := range uint64(5) {
		large := scene.Render(seed, 1024, 768)
		half := edit.Resize(.5).Apply(edit.NewRand(1, 1), large)
		facts := Facts{1024, 768, 1}
		a, b := Picture(large, facts), Picture(half, facts)
		for name := range a {
			if math.Abs(a[name]-b[name]) > 0.06 {
				t.Errorf("scene %d: %s is %.3f in full and %.3f at half scale", seed, name, a[name], b[name])
			}
		}
	}
}

func TestScoresStayInRange(t *testing.T) {
	for _, p := range []*raster.Picture{raster.New(0, 0), raster.New(1, 1), raster.New(1, 5000), raster.New(5000, 1),
		filled(2, 2, 255, 255, 255), filled(255, 3, 1, 2, 3)} {
		for name, v := range still(p) {
			if !(v >= 0 && v <= 1) {
				t.Errorf("%dx%d: %s scores %g", p.W, p.H, name, v)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	repeat := func(n, side int) (w, h []int) {
		for range n {
			w, h = append(w, side), append(h, side)
		}
		return w, h
	}
	w, h := repeat(50, 512)
	w, h = append(w, 500, 4000, 40, 0), append(h, 530, 4000, 40, 7)
	got := Sizes(w, h)
	limit := Defaults()[OddSize]
	for i, want := range map[int]bool{0: false, 50: false, 51: true, 52: true, 53: false} {
		if odd := got[i] >= limit; odd != want {
			t.Errorf("%dx%d among 512x512: score %.3f, odd %v, want %v", w[i], h[i], got[i], odd, want)
		}
	}
	if got := Sizes(nil, nil); len(got) != 0 {
		t.Errorf("no sizes have scores %v", got)
	}
	if got := Sizes([]int{640}, []int{480}); got[0] != 0 {
		t.Errorf("a single size scores %g", got[0])
	}
	mixed := make([]int, 0, 300)
	for i := range 300 {
		mixed = append(mixed, 200+i*6)
	}
	for i, s := range Sizes(mixed, mixed) {
		if s >= limit {
			t.Errorf("side %d of evenly mixed sizes scores %.3f", mixed[i], s)
		}
	}
}

func TestJudgeUsesTheThresholdsGiven(t *testing.T) {
	s := Scores{Dark: 0.5, Tiny: 0.2}
	got := Judge(s, Thresholds{Dark: 0.4})
	want := []Finding{{Dark, 0.5, 0.4, true}, {Tiny, 0.2, 0, false}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("findings %v, want %v", got, want)
	}
}

func BenchmarkPicture(b *testing.B) {
	p := scene.Render(1, 500, 375)
	for b.Loop() {
		still(p)
	}
}
