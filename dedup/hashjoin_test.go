package dedup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// crowd draws hashes of which many are a few bits from an earlier one, turned.
func crowd(seed uint64, n int) []Hash {
	rng := rand.New(rand.NewPCG(seed, 1))
	hashes := make([]Hash, n)
	for i := range hashes {
		hashes[i] = Hash(rng.Uint64()) | 1<<63
		if i > 0 && rng.IntN(3) > 0 {
			h := hashes[rng.IntN(i)].Orient(1 + rng.IntN(8))
			for range rng.IntN(12) {
				h ^= 1 << rng.IntN(63)
			}
			hashes[i] = h
		}
		if rng.IntN(20) == 0 {
			hashes[i] = 0
		}
	}
	return hashes
}

func joined(t *testing.T, hashes []Hash, o HashJoin) map[[2]int]int {
	t.Helper()
	got := map[[2]int]int{}
	err := JoinHashes(context.Background(), hashes, o, func(p HashPair) {
		if p.A >= p.B {
			t.Errorf("pair %d, %d is not in order", p.A, p.B)
		}
		if _, twice := got[[2]int{p.A, p.B}]; twice {
			t.Errorf("pair %d, %d came twice", p.A, p.B)
		}
		if d, _ := Distance(hashes[p.A], hashes[p.B]); d != p.Distance {
			t.Errorf("pair %d, %d: distance %d, want %d", p.A, p.B, p.Distance, d)
		}
		got[[2]int{p.A, p.B}] = p.Distance
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestJoinHashesFindsWhatBruteForceFinds(t *testing.T) {
	for _, distance := range []int{0, 1, 3, 4, 6, 7, 8, 10} {
		for _, from := range []int{0, 300} {
			t.Run(fmt.Sprintf("distance %d from %d", distance, from), func(t *testing.T) {
				hashes := crowd(uint64(distance), 400)
				got := joined(t, hashes, HashJoin{MaxDistance: distance, Nearest: 1000, From: from})
				want := 0
				for b := from; b < len(hashes); b++ {
					for a := range b {
						d, _ := Distance(hashes[a], hashes[b])
						if d > distance {
							continue
						}
						want++
						if _, ok := got[[2]int{a, b}]; !ok {
							t.Errorf("pair %d, %d at %d bits is missing", a, b, d)
						}
					}
				}
				if len(got) != want || want == 0 {
					t.Errorf("%d pairs, want %d (and some)", len(got), want)
				}
			})
		}
	}
}

func TestJoinHashesTurnsTheSecondIntoTheFirst(t *testing.T) {
	h := Hash(0x9e3779b97f4a7c15)
	for o := 1; o <= 8; o++ {
		err := JoinHashes(context.Background(), []Hash{h.Orient(o), h}, HashJoin{}, func(p HashPair) {
			if got := h.Orient(p.Orientation); got != h.Orient(o) {
				t.Errorf("orientation %d of the second is %v, want %v", p.Orientation, got, h.Orient(o))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Many identical pictures and a second crowd near them: few pairs, all connected.
func TestJoinHashesBoundsCrowds(t *testing.T) {
	hashes := make([]Hash, 10_000)
	for i := range hashes {
		hashes[i] = 0x9e3779b97f4a7c15
		if i%3 == 0 {
			hashes[i] ^= 0b101
		}
	}
	c, pairs := NewComponents(len(hashes)), 0
	err := JoinHashes(context.Background(), hashes, HashJoin{MaxDistance: 6}, func(p HashPair) {
		c.Join(p.A, p.B)
		pairs++
	})
	if err != nil {
		t.Fatal(err)
	}
	if limit := 66 * len(hashes); pairs > limit {
		t.Errorf("%d pairs, want at most %d", pairs, limit)
	}
	for i := range hashes {
		if !c.Joined(0, i) {
			t.Fatalf("picture %d is not connected to the first", i)
		}
	}
}

func TestJoinHashesOfFew(t *testing.T) {
	for _, hashes := range [][]Hash{nil, {1 << 63}, {0, 0, 0}} {
		if got := joined(t, hashes, HashJoin{MaxDistance: 6}); len(got) > 0 {
			t.Errorf("%v: pairs %v, want none", hashes, got)
		}
	}
}

func BenchmarkJoinHashes100k(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	hashes := make([]Hash, 100_000)
	for i := range hashes {
		hashes[i] = Hash(rng.Uint64()) | 1<<63
	}
	for b.Loop() {
		if err := JoinHashes(context.Background(), hashes, HashJoin{MaxDistance: 6}, func(HashPair) {}); err != nil {
			b.Fatal(err)
		}
	}
}
