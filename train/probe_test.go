package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// features draws n pictures of classes that lie apart, in dim numbers of very
// different sizes, some of which never change.
func features(n, dim, classes int, apart float64, seed uint64) Features {
	r := rand.New(rand.NewPCG(seed, 9))
	f := Features{Dim: dim}
	for i := range n {
		c := i % classes
		f.Label = append(f.Label, c)
		for k := range dim {
			size := math.Pow(10, float64(k%5)-2)
			v := r.NormFloat64()
			if k%classes == c {
				v += apart
			}
			if k == dim-1 {
				v = 3
			}
			f.Rows = append(f.Rows, float32(size*(v+5)))
		}
	}
	return f
}

func probe(t *testing.T, family string, classes int) *ProbeJob {
	t.Helper()
	m := tiny(t, family)
	dim := m.Config.HeadDim()
	return &ProbeJob{
		Model: m, Classes: []string{"a", "b", "c"}[:classes], Positive: 1, Threads: 1,
		Train: features(120, dim, classes, 2, 1), Val: features(60, dim, classes, 2, 2),
	}
}

func TestProbeLearns(t *testing.T) {
	for _, c := range []struct {
		family  string
		classes int
	}{{"vit", 2}, {"dinov2", 2}, {"vit", 3}} {
		r, err := Probe(context.Background(), probe(t, c.family, c.classes))
		if err != nil {
			t.Fatal(err)
		}
		if best := r.Best(); best.Eval.Accuracy < .95 || r.Model.Classes() != c.classes || r.Penalty == 0 {
			t.Errorf("%s, %d classes: %+v", c.family, c.classes, best)
		}
	}
}

// TestProbeIsAtTheMinimum holds the gradient of the objective against 0, and the
// folded classifier against the standardised one.
func TestProbeIsAtTheMinimum(t *testing.T) {
	j := probe(t, "vit", 3)
	s := standardise(j.Train)
	l := newLogistic(s.apply(j.Train), j.Train, 3, 2)
	if _, _, err := l.minimise(.01); err != nil {
		t.Fatal(err)
	}
	grad := make([]float64, len(l.w))
	l.value(l.w, grad, .01)
	for i, g := range grad {
		if math.Abs(g) > 1e-5 {
			t.Errorf("gradient[%d] = %g at the minimum", i, g)
		}
	}
	h, z, folded := s.fold(l.w, 3), make([]float64, 3), make([]float32, 3)
	dim := j.Train.Dim
	for i := range 5 {
		l.scores(l.w, l.x[i*dim:(i+1)*dim], z)
		h.logits(j.Train.Rows[i*dim:(i+1)*dim], folded)
		for c, p := range softmax(folded) {
			if math.Abs(math.Log(p)-z[c]) > 1e-3 {
				t.Errorf("picture %d, class %d: %v folded, %v standardised", i, c, math.Log(p), z[c])
			}
		}
	}
}

func TestProbeIsDeterministic(t *testing.T) {
	a, err := Probe(context.Background(), probe(t, "vit", 2))
	if err != nil {
		t.Fatal(err)
	}
	j := probe(t, "vit", 2)
	j.Threads = 4
	b, err := Probe(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Model.Weights[headWeight].Data, b.Model.Weights[headWeight].Data) {
		t.Error("four threads gave another classifier than one")
	}
}

func TestProbeWithoutValidation(t *testing.T) {
	j := probe(t, "vit", 2)
	j.Val = Features{}
	r, err := Probe(context.Background(), j)
	if err != nil || r.Penalty != fallback || len(r.Rows) != 1 {
		t.Errorf("penalty %v, %d rows, %v", r.Penalty, len(r.Rows), err)
	}
	j.Train.Dim++
	if _, err := Probe(context.Background(), j); err == nil {
		t.Error("features of another length: no error")
	}
}
