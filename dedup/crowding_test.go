package dedup

import (
	"math"
	"math/rand/v2"
	"testing"
)

// crowdedHeap draws pictures that are strangers: half of them anywhere, half round one
// direction, as pictures of blue water are.
func crowdedHeap(n, dim int) *Vectors {
	rng := rand.New(rand.NewPCG(3, 3))
	v := NewVectors(n, dim)
	for i := range n {
		row := make([]float32, dim)
		for k := range row {
			row[k] = float32(rng.NormFloat64())
		}
		if i%2 == 1 {
			row[0] += 8
		}
		if err := v.Set(i, row); err != nil {
			panic(err)
		}
	}
	return v
}

func scalesOf(t *testing.T, v *Vectors, sample []int) []float32 {
	t.Helper()
	rows := make([]float32, len(sample)*v.Dim())
	for k, i := range sample {
		v.Row(rows[k*v.Dim():(k+1)*v.Dim()], i)
	}
	scales, err := NewCrowding(rows, v.Dim()).Scales(v, sample, nil)
	if err != nil {
		t.Fatal(err)
	}
	return scales
}

func firsts(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// A cosine between two pictures in a crowd is worth less than the same cosine elsewhere.
func TestCrowdsTakeFromCosines(t *testing.T) {
	v := crowdedHeap(400, 64)
	scales := scalesOf(t, v, firsts(300))
	alone, crowd := 0.0, 0.0
	for i, s := range scales {
		if !(s >= narrowestScale && s <= WidestScale) {
			t.Fatalf("scale %g of picture %d", s, i)
		}
		if i%2 == 0 {
			alone += float64(s) / 200
		} else {
			crowd += float64(s) / 200
		}
	}
	if crowd > 0.8*alone {
		t.Errorf("scales of %.3f in the crowd and %.3f elsewhere", crowd, alone)
	}
	const cosine = 0.7
	if in, out := Told(cosine, scales[1], scales[3]), Told(cosine, scales[0], scales[2]); in >= out-0.1 {
		t.Errorf("a cosine of %g is told as %.3f in the crowd and as %.3f elsewhere", cosine, in, out)
	}
}

// A picture's own row in the sample is no stranger of its own, and what many pictures have
// is told as it is.
func TestScaleLeavesOutThePictureItself(t *testing.T) {
	v := crowdedHeap(100, 32)
	rows := make([]float32, 100*32)
	for i := range 100 {
		v.Row(rows[i*32:(i+1)*32], i)
	}
	c := NewCrowding(rows, 32)
	row := rows[32:64] // in the crowd, where no scale is cut off
	if own, counted := c.Scale(row, 1), c.Scale(row, -1); own <= counted {
		t.Errorf("scale %g without the picture itself, %g with it", own, counted)
	}
	if got := NewCrowding(rows[:20*32], 32); got != nil || got.Scale(row, -1) != 1 {
		t.Error("twenty pictures tell of crowds")
	}
}

// No pair that is told as x or more is under the lowest cosine, at which a search stops.
func TestUntoldIsTheLowestCosine(t *testing.T) {
	v := crowdedHeap(300, 16)
	s := &Scorer{Vectors: v, Scales: scalesOf(t, v, firsts(300))}
	found := 0
	for a := range 300 {
		for b := range a {
			if x := s.Told(a, b); x >= 0.5 {
				found++
				if c := v.Cosine(a, b); c < Untold(0.5)-1e-6 {
					t.Fatalf("a cosine of %.4f is told as %.4f, and %.4f is the lowest that is looked for", c, x, Untold(0.5))
				}
			}
		}
	}
	if found == 0 {
		t.Error("no pair is near")
	}
	for _, x := range []float64{-0.5, 0, 0.7, 1} {
		if low := Untold(x); low > x || math.Abs(Told(low, WidestScale, WidestScale)-x) > 1e-6 {
			t.Errorf("%g is told of %g", x, low)
		}
	}
}

// What an untold search links is linked in a crowd, too: Likely tells cosines as Pair does.
func TestLikelyTellsCosines(t *testing.T) {
	v := crowdedHeap(120, 16)
	s := &Scorer{Vectors: v, Scales: scalesOf(t, v, firsts(120))}
	rows := firsts(120)
	out := s.Likely(Plain{}, 0.6, -1)(rows, rows)
	for a := range rows {
		listed := map[int]bool{}
		for _, b := range out[a] {
			listed[b] = true
		}
		for b := range rows {
			if a != b && s.Told(a, b) >= 0.6 && !listed[b] {
				t.Fatalf("%d and %d are told as %.3f and are not likely", a, b, s.Told(a, b))
			}
		}
	}
}
