package calibrate

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// world draws pictures whose edits move along a few strong directions: what tells
// pictures apart is in the last dims, weaker than what edits change.
func world(seed uint64, pictures, edits, dim int) *Samples {
	rng := rand.New(rand.NewPCG(seed, 7))
	s := new(Samples)
	for p := range pictures {
		content := make([]float64, dim)
		for k := range content {
			content[k] = rng.NormFloat64()
			if k < dim/4 {
				content[k] *= 2
			}
		}
		for range edits + 1 {
			row := make([]float32, dim)
			for k := range row {
				noise := 0.4
				if k < dim/4 {
					noise = 3
				}
				row[k] = float32(5 + content[k] + noise*rng.NormFloat64())
			}
			s.Add(p, row)
		}
	}
	return s
}

// separation is the mean cosine of versions of a picture less that of strangers,
// in units of the strangers' spread.
func separation(t *testing.T, w *Whitening, s *Samples) float64 {
	t.Helper()
	rows := make([][]float32, len(s.Picture))
	for i := range rows {
		var err error
		if rows[i], err = w.Apply(s.Row(i)); err != nil {
			t.Fatal(err)
		}
	}
	var same, other, square, n, m float64
	for i := range rows {
		for k := range i {
			c := float64(dot(rows[i], rows[k]))
			if s.Picture[i] == s.Picture[k] {
				same, n = same+c, n+1
			} else {
				other, square, m = other+c, square+c*c, m+1
			}
		}
	}
	return (same/n - other/m) / math.Sqrt(square/m-(other/m)*(other/m))
}

func TestLearntWhiteningSeparatesBest(t *testing.T) {
	const dim = 32
	learnt, err := Learn(world(1, 150, 4, dim), 24)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := PCA(world(1, 150, 4, dim), 24)
	if err != nil {
		t.Fatal(err)
	}
	other := world(2, 60, 3, dim)
	a, b := separation(t, learnt, other), separation(t, plain, other)
	if a < 1.1*b {
		t.Errorf("learnt from edits it separates by %.2f, plain by %.2f", a, b)
	}
}

func TestPCAWhitens(t *testing.T) {
	s := world(3, 400, 0, 12)
	w, err := PCA(s, 12)
	if err != nil {
		t.Fatal(err)
	}
	// Before it is scaled to length 1, the output has the same variance everywhere.
	variance := make([]float64, w.Out)
	for i := range s.Picture {
		for r := range w.Out {
			var v float64
			for k, x := range s.Row(i) {
				v += float64(w.Matrix[r*w.In+k]) * float64(x-w.Mean[k])
			}
			variance[r] += v * v
		}
	}
	for r := range variance {
		if math.Abs(variance[r]/variance[0]-1) > 1e-3 {
			t.Errorf("direction %d has %g times the variance of the first", r, variance[r]/variance[0])
		}
	}
}

func TestApplyGivesLengthOneAndRefusesNaN(t *testing.T) {
	w, err := Learn(world(4, 20, 2, 8), 4)
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Apply([]float32{1, 2, 3, 4, 5, 6, 7, 8})
	if err != nil {
		t.Fatal(err)
	}
	if got := dot(v, v); math.Abs(float64(got)-1) > 1e-5 {
		t.Errorf("length squared %g, want 1", got)
	}
	if _, err := w.Apply([]float32{1, 2, float32(math.NaN()), 4, 5, 6, 7, 8}); err == nil {
		t.Error("a vector with NaN is accepted")
	}
	if _, err := w.Apply([]float32{1}); err == nil {
		t.Error("a vector of another width is accepted")
	}
}

func TestLearnIsDeterministicAndNeedsPictures(t *testing.T) {
	a, err := Learn(world(5, 30, 3, 10), 6)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Learn(world(5, 30, 3, 10), 6)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := a.MarshalBinary()
	y, _ := b.MarshalBinary()
	if !bytes.Equal(x, y) {
		t.Error("the same samples give another whitening")
	}
	if _, err := Learn(world(5, 3, 3, 10), 6); err == nil {
		t.Error("three pictures are enough")
	}
	if _, err := PCA(world(5, 30, 0, 10), 11); err == nil {
		t.Error("more directions than values are accepted")
	}
}

func TestModelSurvivesStorage(t *testing.T) {
	w, err := Learn(world(6, 40, 3, 16), 8)
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{Whitening: w, Calibration: fitted(t, 1)}
	data, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	x := world(7, 1, 0, 16).Row(0)
	v, _ := w.Apply(x)
	u, err := back.Whitening.Apply(x)
	if err != nil {
		t.Fatal(err)
	}
	if c := dot(u, v); c < 0.9999 {
		t.Errorf("cosine %g with itself after storage in half precision", c)
	}
	if a, b := m.Calibration.Curve(5000).At(.6), back.Calibration.Curve(5000).At(.6); a != b {
		t.Errorf("the curve gives %g after storage, %g before", b, a)
	}
}

func FuzzUnmarshal(f *testing.F) {
	w := &Whitening{In: 2, Out: 1, Mean: []float32{0, 1}, Matrix: []float32{1, 2}}
	good, err := (&Model{Whitening: w}).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte(magic + "\xff\xff\xff\xff{}"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var w Whitening
		if w.UnmarshalBinary(data) != nil {
			return
		}
		if len(w.Mean) != w.In || len(w.Matrix) != w.In*w.Out {
			t.Fatalf("accepted %d x %d with %d means and %d values", w.Out, w.In, len(w.Mean), len(w.Matrix))
		}
	})
}

// What all pictures have in common is gone after Recentred, and the whitening itself
// stays as it was.
func TestRecentred(t *testing.T) {
	w, s := Identity(2), new(Samples)
	for i, row := range [][]float32{{5, 1}, {9, 9}, {5, -1}, {9, 9}} { // an original and an edit of two pictures
		s.Add(i/2, row)
	}
	moved, err := w.Recentred(s.Originals())
	if err != nil {
		t.Fatal(err)
	}
	a, err := moved.Apply([]float32{5, 1})
	if err != nil || a[0] != 0 || a[1] != 1 {
		t.Errorf("whitened to %v, want [0 1] (%v)", a, err)
	}
	if w.Mean[0] != 0 {
		t.Error("the known whitening was changed")
	}
	if _, err := Identity(3).Recentred(s); err == nil {
		t.Error("vectors of another width are taken")
	}
}
