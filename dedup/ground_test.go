package dedup

import (
	"math"
	"reflect"
	"testing"
)

// Five pages are the same to a descriptor and differ in what they say; the sixth is the
// first again. A photograph has two crops, and one that is far.
func TestPagesOnOneGroundAreNoCopies(t *testing.T) {
	v := NewVectors(9, 3)
	for i := range 9 {
		row := []float32{1, .01 * float32(i), 0}
		if i >= 6 {
			row = []float32{0, .05 * float32(i), 1}
		}
		if err := v.Set(i, row); err != nil {
			t.Fatal(err)
		}
	}
	hashes := make([]Hash, 9)
	for i := range hashes {
		hashes[i] = Hash(0x9e3779b97f4a7c15*uint64(i+1)) | 1<<63
	}
	hashes[5] = hashes[0] ^ 2
	s := &Scorer{Vectors: v, Hashes: hashes, HashDistance: 6, Hash: func(int) float64 { return .99 }}
	all := func() (pairs []Pair) {
		for b := range 9 {
			for a := range b {
				if p := s.Pair(a, b); p.Similarity >= .9 {
					pairs = append(pairs, p)
				}
			}
		}
		return pairs
	}
	s.Ground = OnGround(all(), 9)
	if want := []bool{true, true, true, true, true, true, false, false, false}; !reflect.DeepEqual(s.Ground, want) {
		t.Errorf("on one ground: %v", s.Ground)
	}
	var got [][2]int
	for _, p := range all() {
		got = append(got, [2]int{p.A, p.B})
	}
	if want := [][2]int{{0, 5}, {6, 7}, {6, 8}, {7, 8}}; !reflect.DeepEqual(got, want) {
		t.Errorf("pairs %v, want %v", got, want)
	}
}

// What is flat needs to be the same to its descriptor; what has a hash does not.
func TestFlatPicturesHaveToBeTheSame(t *testing.T) {
	v := NewVectors(3, 2)
	for i, row := range [][]float32{{1, 0}, {1, .1}, {1, .001}} {
		if err := v.Set(i, row); err != nil {
			t.Fatal(err)
		}
	}
	s := &Scorer{Vectors: v, Hashes: []Hash{0, 0, 0}, Flat: func(c float64) float64 {
		if c > .9999 {
			return .95
		}
		return 0
	}}
	if p := s.Pair(0, 1); p.Similarity != 0 {
		t.Errorf("two flat pictures at cosine %g: %+v", p.Cosine, p)
	}
	if p := s.Pair(0, 2); math.Abs(float64(p.Similarity)-.95) > 1e-6 {
		t.Errorf("the same flat picture: %+v", p)
	}
	s.Hashes = []Hash{1 << 63, 1<<63 | 1, 0}
	if p := s.Pair(0, 1); p.Similarity < .9 {
		t.Errorf("two pictures with hashes: %+v", p)
	}
	if p := s.Pair(0, 2); p.Similarity > .96 {
		t.Errorf("a flat one beside one that is not: %+v", p)
	}
}
