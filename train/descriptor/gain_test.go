package descriptor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// noisyExam is an exam of so many pictures, and what an encoder makes of the versions that
// adds so much noise to a picture's own direction; of hard pictures it is twice as much.
func noisyExam(pictures int) (*Exam, func(seed uint64, noise float64) []float32) {
	x := &Exam{}
	for p := range pictures {
		for _, kind := range []int{original, knownEdit, knownEdit, heldEdit, heldEdit} {
			x.picture, x.kind = append(x.picture, p), append(x.kind, kind)
		}
	}
	const dim = 8
	directions := make([]float32, pictures*dim)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range directions {
		directions[i] = float32(rng.NormFloat64())
	}
	return x, func(seed uint64, noise float64) []float32 {
		rng, rows := rand.New(rand.NewPCG(seed, 2)), []float32{}
		for _, p := range x.picture {
			row, sum := make([]float32, dim), 0.0
			for k := range row {
				row[k] = directions[p*dim+k] + float32(noise*float64(1+p%2)*rng.NormFloat64())
				sum += float64(row[k]) * float64(row[k])
			}
			for k := range row {
				row[k] /= float32(math.Sqrt(sum))
			}
			rows = append(rows, row...)
		}
		return rows
	}
}

// The whole ranking has the AP that an exam marks.
func TestRankingHasTheAPOfMarks(t *testing.T) {
	x, encoder := noisyExam(12)
	rows := encoder(1, 0.4)
	known, unseen := x.Mark(rows, 8)
	once := make([]float64, 12)
	for i := range once {
		once[i] = 1
	}
	if got := x.ranked(rows, heldEdit).ap(once); math.Abs(got-known.AP) > 1e-12 {
		t.Errorf("known kinds: AP %g, marked %g", got, known.AP)
	}
	if got := x.ranked(rows, knownEdit).ap(once); math.Abs(got-unseen.AP) > 1e-12 {
		t.Errorf("held kinds: AP %g, marked %g", got, unseen.AP)
	}
}

// A clear gain is one, and two encoders that differ by luck alone hardly ever are.
func TestGainIsNoLuck(t *testing.T) {
	x, encoder := noisyExam(40)
	better, held := x.Gain(encoder(1, 0.5), encoder(2, 0.3), 7)
	if !(better.Low > 0 && better.AP > better.Low && better.AP < better.High && held.Low > 0) {
		t.Errorf("less noise: %+v, held kinds %+v", better, held)
	}
	if worse, _ := x.Gain(encoder(2, 0.3), encoder(1, 0.5), 7); worse.High >= 0 {
		t.Errorf("more noise: %+v", worse)
	}
	lucky := 0
	for seed := range uint64(20) {
		if g, _ := x.Gain(encoder(2*seed, 0.5), encoder(2*seed+1, 0.5), seed); g.Low > 0 {
			lucky++
		}
	}
	if lucky > 3 { // one of 40 at 2.5 in 100
		t.Errorf("%d of 20 encoders that are no better are taken", lucky)
	}
}

// The interval is the same for the same pictures and seed, and nothing is no gain.
func TestGainOfNothing(t *testing.T) {
	x, encoder := noisyExam(10)
	rows := encoder(3, 0.4)
	if g, _ := x.Gain(rows, rows, 1); g.AP != 0 || g.Low != 0 || g.High != 0 || g.Pictures != 10 {
		t.Errorf("the same encoder: %+v", g)
	}
	other := encoder(4, 0.4)
	a, _ := x.Gain(rows, other, 5)
	b, _ := x.Gain(rows, other, 5)
	if a != b {
		t.Errorf("%+v, and again %+v", a, b)
	}
}
