package calibrate

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Whitening maps an embedding of In values to Out values in which directions that
// edits of a picture move along count little, and those that tell pictures apart
// count much. It only reads itself; several goroutines may use it.
type Whitening struct {
	In, Out int
	Mean    []float32 // In values
	Matrix  []float32 // Out x In, row by row
}

// Identity returns the whitening that leaves vectors of dim values as they are.
func Identity(dim int) *Whitening {
	w := &Whitening{In: dim, Out: dim, Mean: make([]float32, dim), Matrix: make([]float32, dim*dim)}
	for i := range dim {
		w.Matrix[i*dim+i] = 1
	}
	return w
}

// Apply returns Matrix * (x - Mean), scaled to length 1, as a fresh slice. It
// refuses an x of another width or one that has NaN or infinite values.
func (w *Whitening) Apply(x []float32) ([]float32, error) {
	if len(x) != w.In {
		return nil, fmt.Errorf("whiten: a vector of %d values, expected %d", len(x), w.In)
	}
	out := make([]float32, w.Out)
	err := w.ApplyRows(out, append([]float32(nil), x...), func(dst, a, b []float32, m, n, k int) error {
		for r := range dst {
			dst[r] = dot(b[r*k:(r+1)*k], a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, unit(out)
}

// Recentred returns the whitening with the mean of other pictures in place of its own: what
// these have in common then tells nothing of whether two of them are one. The matrix is
// shared.
func (w *Whitening) Recentred(s *Samples) (*Whitening, error) {
	if s.Dim != w.In {
		return nil, fmt.Errorf("whiten: vectors of %d values, expected %d", s.Dim, w.In)
	}
	_, mean := s.matrix()
	out := &Whitening{In: w.In, Out: w.Out, Mean: make([]float32, w.In), Matrix: w.Matrix}
	for k, v := range mean {
		out.Mean[k] = float32(v)
	}
	return out, nil
}

// ApplyRows does for many rows what Apply does for one, but for the scaling, which
// is left to the caller, with a multiplier of its own (dst = a * transpose(b), a of
// m x k, b of n x k values). rows are overwritten; dst must hold Out values a row.
func (w *Whitening) ApplyRows(dst, rows []float32, multiply func(dst, a, b []float32, m, n, k int) error) error {
	n := len(rows) / w.In
	if len(rows) != n*w.In || len(dst) != n*w.Out {
		return fmt.Errorf("whiten: %d values are no rows of %d", len(rows), w.In)
	}
	for i := range n {
		row := rows[i*w.In : (i+1)*w.In]
		for k := range row {
			row[k] -= w.Mean[k]
		}
	}
	return multiply(dst, rows, w.Matrix, n, w.Out, w.In)
}

// unit scales v to length 1; zeros stay.
func unit(v []float32) error {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return errors.New("whiten: the vector has values that are no finite numbers")
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range v {
			v[i] *= scale
		}
	}
	return nil
}

// dot adds in four lanes, always in the same order.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	n := len(a) &^ 3
	b = b[:len(a)]
	for i := 0; i < n; i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for i := n; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// Samples are embeddings of pictures and of edits of them, one a row.
type Samples struct {
	Dim     int
	Values  []float32 // rows of Dim values, one after the other
	Picture []int     // of each row: rows of one number show one picture
}

// Add appends a row.
func (s *Samples) Add(picture int, row []float32) {
	s.Dim = len(row)
	s.Values = append(s.Values, row...)
	s.Picture = append(s.Picture, picture)
}

// Row returns row i, which stays the samples' own.
func (s *Samples) Row(i int) []float32 { return s.Values[i*s.Dim : (i+1)*s.Dim] }

// Pictures groups the rows by picture, in order of their first row.
func (s *Samples) Pictures() [][]int {
	at := map[int]int{}
	var groups [][]int
	for i, p := range s.Picture {
		g, ok := at[p]
		if !ok {
			g = len(groups)
			at[p] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// Originals returns the first row of each picture.
func (s *Samples) Originals() *Samples {
	out := new(Samples)
	for _, rows := range s.Pictures() {
		out.Add(s.Picture[rows[0]], s.Row(rows[0]))
	}
	return out
}

// matrix returns the rows with the mean of all taken off, and that mean.
func (s *Samples) matrix() (*mat.Dense, []float64) {
	n := len(s.Picture)
	x, mean := mat.NewDense(n, s.Dim, nil), make([]float64, s.Dim)
	for i := range n {
		for k, v := range s.Row(i) {
			mean[k] += float64(v) / float64(n)
		}
	}
	for i := range n {
		row := x.RawRowView(i)
		for k, v := range s.Row(i) {
			row[k] = float64(v) - mean[k]
		}
	}
	return x, mean
}

// PCA learns a plain whitening: the out directions of most variance, each scaled
// to variance 1. It needs no edits and is what is left where there are too few
// pictures to learn from them.
func PCA(s *Samples, out int) (*Whitening, error) {
	if err := s.check(out); err != nil {
		return nil, err
	}
	x, mean := s.matrix()
	values, vectors, err := eigen(scatter(x))
	if err != nil {
		return nil, err
	}
	return assemble(mean, values, vectors, min(out, rank(values)), func(v float64) float64 { return 1 / math.Sqrt(v) }), nil
}

// Learn learns a whitening from edits. With W the scatter of the versions of a
// picture around their mean and T the scatter of all, the directions are those of
// the largest ratio of T to W (the generalised eigenvectors, as in linear
// discriminant analysis). Scaled to W = 1 a direction would count by the root of
// its ratio, scaled to T = 1 (as PCA whitening does) all would count alike. They
// count by the root of the ratio to the power 3/4: best on pictures and edits that
// nothing was learnt from, though any power from 1/2 to 1 is near (docs/dedup.md).
func Learn(s *Samples, out int) (*Whitening, error) {
	if err := s.check(out); err != nil {
		return nil, err
	}
	x, mean := s.matrix()
	total, within := scatter(x), scatter(s.centred(x))
	ridge(within, leastWithin)
	values, vectors, err := eigen(within)
	if err != nil {
		return nil, err
	}
	d := s.Dim
	// half = eigenvectors of W over the roots of its eigenvalues: half' W half = 1.
	half := mat.NewDense(d, d, nil)
	half.Apply(func(i, k int, v float64) float64 { return v / math.Sqrt(values[k]) }, vectors)
	var left, ratio mat.Dense
	left.Mul(half.T(), total)
	ratio.Mul(&left, half)
	ratios, turn, err := eigen(symmetric(&ratio))
	if err != nil {
		return nil, err
	}
	var directions mat.Dense
	directions.Mul(half, turn)
	return assemble(mean, ratios, &directions, min(out, rank(ratios)), func(v float64) float64 { return math.Pow(v, -0.125) }), nil
}

// leastWithin is added to W, as a share of its mean variance: W is learnt from few
// versions of each picture, and its smallest variances come out too small.
const leastWithin = 0.01

func (s *Samples) check(out int) error {
	groups := s.Pictures()
	if out < 1 || out > s.Dim {
		return fmt.Errorf("learn a whitening: %d values asked for, the vectors have %d", out, s.Dim)
	}
	if len(groups) < 8 {
		return fmt.Errorf("learn a whitening: %d pictures are too few, at least 8 are needed", len(groups))
	}
	return nil
}

// centred returns x with the mean of each picture's versions taken off.
func (s *Samples) centred(x *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(x)
	for _, rows := range s.Pictures() {
		mean := make([]float64, s.Dim)
		for _, i := range rows {
			for k, v := range x.RawRowView(i) {
				mean[k] += v / float64(len(rows))
			}
		}
		for _, i := range rows {
			for k := range mean {
				out.RawRowView(i)[k] -= mean[k]
			}
		}
	}
	return out
}

// scatter returns the mean of the outer products of the rows.
func scatter(x *mat.Dense) *mat.SymDense {
	n, d := x.Dims()
	s := mat.NewSymDense(d, nil)
	s.SymOuterK(1/float64(n), x.T())
	return s
}

func ridge(s *mat.SymDense, share float64) {
	n := s.SymmetricDim()
	add := share * mat.Trace(s) / float64(n)
	if add == 0 {
		add = 1
	}
	for i := range n {
		s.SetSym(i, i, s.At(i, i)+add)
	}
}

func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			s.SetSym(i, k, (a.At(i, k)+a.At(k, i))/2)
		}
	}
	return s
}

// eigen returns eigenvalues, largest first, and the eigenvectors as columns, each
// with its largest entry positive so that the same matrix gives the same signs.
func eigen(s *mat.SymDense) ([]float64, *mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(s, true) {
		return nil, nil, errors.New("learn a whitening: the vectors have values that are no finite numbers")
	}
	up := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	n := len(up)
	values, out := make([]float64, n), mat.NewDense(n, n, nil)
	column := make([]float64, n)
	for k := range n {
		values[k] = up[n-1-k]
		mat.Col(column, n-1-k, &vectors)
		big := 0.0
		for _, v := range column {
			if math.Abs(v) > math.Abs(big) {
				big = v
			}
		}
		for i, v := range column {
			out.Set(i, k, math.Copysign(1, big)*v)
		}
	}
	return values, out, nil
}

// rank counts the values that are more than rounding.
func rank(values []float64) int {
	n := 0
	for n < len(values) && values[n] > values[0]*1e-9 {
		n++
	}
	return max(n, 1)
}

// assemble makes the whitening of the first out directions, each scaled, and all
// together so that the largest number is 1: lengths do not matter, but stored in
// half precision they must not run over.
func assemble(mean, values []float64, vectors *mat.Dense, out int, scale func(float64) float64) *Whitening {
	in := len(mean)
	w := &Whitening{In: in, Out: out, Mean: make([]float32, in), Matrix: make([]float32, in*out)}
	for i, v := range mean {
		w.Mean[i] = float32(v)
	}
	largest := 0.0
	for r := range out {
		for i := range in {
			largest = max(largest, math.Abs(scale(values[r])*vectors.At(i, r)))
		}
	}
	for r := range out {
		for i := range in {
			w.Matrix[r*in+i] = float32(scale(values[r]) * vectors.At(i, r) / largest)
		}
	}
	return w
}
