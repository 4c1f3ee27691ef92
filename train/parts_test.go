package train

import (
	"math"
	"slices"
	"testing"

	"github.com/curate/curate/internal/vit"
)

func TestRateIsTheTrainers(t *testing.T) {
	// get_linear_schedule_with_warmup(optimizer, 2, 10) of Transformers 5.23, lr 1.
	want := []float64{0, .5, 1, .875, .75, .625, .5, .375, .25, .125}
	p := plan{examples: 10, batch: 2, epochs: 2}
	for step, w := range want {
		if got := p.rate(step, 1, .2); math.Abs(got-w) > 1e-12 {
			t.Errorf("step %d: rate %v, want %v", step, got, w)
		}
	}
}

// TestAdamIsTorchs holds three steps against torch.optim.Adam(lr=.1) on the
// gradients below (torch 2.15).
func TestAdamIsTorchs(t *testing.T) {
	w, m := []float32{1, -2, .5}, newMoments(3)
	for step, g := range [][]float32{{.1, -.2, 0}, {.3, .2, 1e-4}, {-.5, .1, 0}} {
		Adam{.9, .999, 1e-8}.update(w, g, m, stride{step + 1, .1, 1, []group{{0, 3, 1, 0}}}, 2)
	}
	want := []float32{.82431328, -1.93040657, .36808482}
	for i, v := range want {
		if math.Abs(float64(w[i]-v)) > 1e-6 {
			t.Errorf("weights %v, want %v", w, want)
		}
	}
}

func TestOrderShufflesByEpochAndKeepsEveryPicture(t *testing.T) {
	all := examples(50, 0)
	a, b := Order(all, 42, 0), Order(all, 42, 1)
	if slices.Equal(a, all) || slices.Equal(a, b) || !slices.Equal(a, Order(all, 42, 0)) {
		t.Error("orders do not differ by epoch, or not by epoch alone")
	}
	seen := map[string]bool{}
	for _, e := range a {
		seen[e.ID] = true
	}
	if len(seen) != 50 {
		t.Errorf("%d of 50 pictures", len(seen))
	}
}

func TestChunks(t *testing.T) {
	var sizes, of []int
	var last []bool
	for _, c := range chunks(examples(12, 0), 8, 3) {
		sizes, of, last = append(sizes, len(c.examples)), append(of, c.of), append(last, c.last)
	}
	if !slices.Equal(sizes, []int{2, 3, 3, 2, 2}) || !slices.Equal(of, []int{8, 8, 8, 4, 4}) || !slices.Equal(last, []bool{false, false, true, false, true}) {
		t.Errorf("sizes %v of %v, last %v", sizes, of, last)
	}
}

func TestPatchify(t *testing.T) {
	const side, patch = 5, 2 // the last row and column belong to no patch
	pixels := make([]float32, 3*side*side)
	for i := range pixels {
		pixels[i] = float32(i)
	}
	dst := make([]float32, 4*3*patch*patch)
	vit.Patchify(dst, pixels, side, patch)
	if got, want := dst[12:24], []float32{2, 3, 7, 8, 27, 28, 32, 33, 52, 53, 57, 58}; !slices.Equal(got, want) {
		t.Errorf("second patch %v, want %v", got, want)
	}
}

func TestSumsDoNotDependOnThreads(t *testing.T) {
	x := make([]float32, 3*piece+7)
	for i := range x {
		x[i] = float32(i%13) - 6.1
	}
	if a, b := norm(x, 1), norm(x, 4); a != b {
		t.Errorf("norm %v by one thread, %v by four", a, b)
	}
}
