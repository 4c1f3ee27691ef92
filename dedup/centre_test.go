package dedup

import (
	"math"
	"math/rand/v2"
	"testing"
)

// kind draws n unit vectors that have something in common: more of it, the nearer
// they are to each other.
func kind(rng *rand.Rand, n, dim int, common float64) []float32 {
	rows := make([]float32, 0, n*dim)
	for range n {
		row, sum := make([]float64, dim), 0.0
		for k := range row {
			row[k] = rng.NormFloat64()
			if k == 0 {
				row[k] = common * math.Sqrt(float64(dim))
			}
			sum += row[k] * row[k]
		}
		for _, v := range row {
			rows = append(rows, float32(v/math.Sqrt(sum)))
		}
	}
	return rows
}

// meanCosine is that of all pairs of rows less a centre.
func meanCosine(rows, centre []float32, dim int) float64 {
	v := NewVectors(len(rows)/dim, dim)
	for i := range v.Len() {
		row := make([]float32, dim)
		for k := range row {
			row[k] = rows[i*dim+k] - centre[k]
		}
		if v.Set(i, row) != nil {
			return math.NaN()
		}
	}
	sum, pairs := 0.0, 0.0
	for i := range v.Len() {
		for k := range i {
			sum, pairs = sum+v.Cosine(i, k), pairs+1
		}
	}
	return sum / pairs
}

func TestCentreOfOneKind(t *testing.T) {
	const dim = 64
	rng := rand.New(rand.NewPCG(1, 1))
	rows := kind(rng, 200, dim, 1)
	before, after := meanCosine(rows, make([]float32, dim), dim), meanCosine(rows, Centre(rows, dim), dim)
	if before < .4 || math.Abs(after) > .05 {
		t.Errorf("strangers of one kind have a mean cosine of %.3f, and %.3f without what they have in common", before, after)
	}
}

func TestCentreOfAllKindsIsNextToNothing(t *testing.T) {
	const dim = 64
	rows := kind(rand.New(rand.NewPCG(2, 2)), 300, dim, 0)
	if c := Centre(rows, dim); dot(c, c) > .01 {
		t.Errorf("length squared %.3f", dot(c, c))
	}
}

// A picture with a hundred copies does not become what all have in common.
func TestCentreCountsCopiesOnce(t *testing.T) {
	const dim = 64
	rows := kind(rand.New(rand.NewPCG(3, 3)), 100, dim, 0)
	copied := rows[:dim:dim]
	for range 100 {
		rows = append(rows, copied...)
	}
	if c := dot(Centre(rows, dim), copied); c > .1 {
		t.Errorf("the centre has %.3f of the picture with copies", c)
	}
	// A heap of nothing else keeps its picture.
	only := make([]float32, 0, 50*dim)
	for range 50 {
		only = append(only, copied...)
	}
	if c := dot(Centre(only, dim), copied); c > .1 {
		t.Errorf("the centre of a heap of copies has %.3f of their picture", c)
	}
}

func TestCentreDoesNotDependOnOrder(t *testing.T) {
	const dim = 16
	rows := kind(rand.New(rand.NewPCG(4, 4)), 40, dim, 1)
	var backward []float32
	for i := 39; i >= 0; i-- {
		backward = append(backward, rows[i*dim:(i+1)*dim]...)
	}
	a, b := Centre(rows, dim), Centre(backward, dim)
	for k := range a {
		if a[k] != b[k] {
			t.Fatalf("value %d is %g, and %g in another order", k, a[k], b[k])
		}
	}
	if c := Centre(nil, dim); len(c) != dim || dot(c, c) != 0 {
		t.Errorf("nothing has the centre %v", c)
	}
}
