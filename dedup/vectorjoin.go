package dedup

import (
	"context"
	"errors"
	"iter"
	"math"
)

// VectorJoin says which pairs of embeddings [JoinVectors] looks for.
type VectorJoin struct {
	// Nearest is how many neighbours each picture keeps (64 if 0), all of them at
	// a cosine of Floor or more.
	Nearest int
	Floor   float32
	// Link, if set, is called for every pair at a cosine of LinkAt or more that is
	// looked at, however many there are; nothing of them is kept. Crowd, if set, is
	// called at the end for each picture that has Nearest neighbours so close: it may
	// have more, of which only Link told. Both are called from one goroutine.
	Link   func(a, b int)
	Crowd  func(i int)
	LinkAt float32
	// Left and Right are the pictures to compare: each pair of one in Left and
	// another in Right is looked at once. Without Left, all are compared with all;
	// without Right, those in Left with each other.
	Left, Right []int
	// Known gives pairs that were found before and are not looked at now. They take
	// their places among the nearest, and are linked, like those that are found.
	Known iter.Seq2[int, int]
	// Sketches of the vectors, if set, decide which pairs are looked at.
	Sketches *Sketches
	// Block is the number of vectors a side that are multiplied at a time (2048
	// if 0); Multiply does it ([Plain] if nil).
	Block    int
	Multiply Multiplier
	// Progress, if set, is called with the pairs of vectors multiplied and to do.
	Progress func(done, total int64)
}

// rounding is how far a cosine out of a block may be from Vectors.Cosine.
const rounding = 1e-4

// JoinVectors compares vectors block by block and calls emit for every pair that is
// among the nearest of either picture, a < b, in ascending order. It is exact:
// without Sketches nothing is pruned or approximated, and cosines that decide are
// computed by [Vectors.Cosine], so neither the multiplier nor the order of the work
// changes the result. Of pictures equally near the first are kept.
//
// Beside the vectors it needs 60 bytes a picture and up to 24*Nearest more where
// lists are full (few pictures have that many neighbours over a sensible floor), and
// 8*Block*(Block+Dim) bytes.
func JoinVectors(ctx context.Context, v *Vectors, o VectorJoin, emit func(a, b int)) error {
	j, err := newVectorJoin(v, o)
	if err != nil {
		return err
	}
	if o.Known != nil {
		for a, b := range o.Known {
			j.known(a, b)
		}
	}
	if o.Right == nil {
		err = j.triangle(ctx)
	} else {
		err = j.rectangle(ctx)
	}
	if err != nil {
		return err
	}
	j.near.each(emit)
	if o.Crowd != nil {
		j.near.full(o.LinkAt, o.Crowd)
	}
	return nil
}

// vectorJoin is the state of JoinVectors.
type vectorJoin struct {
	VectorJoin
	v           *Vectors
	near        *nearest
	left, right []int32
	both        []bool  // pictures that are in Left and in Right
	gathered    []int32 // whose values lie in rows
	rows, cols  []float32
	scores      []float32
	sketches    []sketch // of the columns of a tile
	done, total int64
}

func newVectorJoin(v *Vectors, o VectorJoin) (*vectorJoin, error) {
	if o.Nearest == 0 {
		o.Nearest = 64
	}
	if o.Block == 0 {
		o.Block = 2048
	}
	if o.Multiply == nil {
		o.Multiply = Plain{}
	}
	switch {
	case v.Len() > math.MaxInt32:
		return nil, errors.New("join vectors: more than 2^31 vectors")
	case o.Sketches != nil && len(o.Sketches.bits) != v.Len():
		return nil, errors.New("join vectors: the sketches are those of other vectors")
	}
	return &vectorJoin{
		VectorJoin: o, v: v, near: newNearest(v.Len(), o.Nearest), left: narrow(o.Left, v.Len()), right: narrow(o.Right, 0),
		rows: make([]float32, o.Block*v.dim), cols: make([]float32, o.Block*v.dim), scores: make([]float32, o.Block*o.Block),
	}, nil
}

// narrow returns a list of pictures in half the space; nil stands for the first n.
func narrow(list []int, n int) []int32 {
	if list != nil {
		n = len(list)
	}
	out := make([]int32, n)
	for k := range out {
		out[k] = int32(k)
		if list != nil {
			out[k] = int32(list[k])
		}
	}
	return out
}

// triangle compares the left with each other.
func (j *vectorJoin) triangle(ctx context.Context) error {
	n := int64(len(j.left))
	j.total = n * (n + 1) / 2
	for lo := 0; lo < len(j.left); lo += j.Block {
		rows := j.left[lo:min(lo+j.Block, len(j.left))]
		for first := lo; first < len(j.left); first += j.Block {
			cols := j.left[first:min(first+j.Block, len(j.left))]
			t := tile{rows: rows, cols: cols, once: always}
			if first == lo {
				t.once = func(r, c int) bool { return c > r }
			}
			if err := j.compare(ctx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// rectangle compares the left with the right.
func (j *vectorJoin) rectangle(ctx context.Context) error {
	j.total = int64(len(j.left)) * int64(len(j.right))
	j.both = make([]bool, j.v.Len())
	inLeft := make([]bool, j.v.Len())
	for _, i := range j.left {
		inLeft[i] = true
	}
	for _, i := range j.right {
		j.both[i] = inLeft[i]
	}
	for lo := 0; lo < len(j.left); lo += j.Block {
		rows := j.left[lo:min(lo+j.Block, len(j.left))]
		for first := 0; first < len(j.right); first += j.Block {
			cols := j.right[first:min(first+j.Block, len(j.right))]
			once := func(r, c int) bool { // a pair within both is met from either side
				a, b := rows[r], cols[c]
				return a < b || a > b && !(j.both[a] && j.both[b])
			}
			if err := j.compare(ctx, tile{rows: rows, cols: cols, once: once}); err != nil {
				return err
			}
		}
	}
	return nil
}
