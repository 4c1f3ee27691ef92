package dedup

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// cloud draws vectors of which a third are near an earlier one.
func cloud(t testing.TB, seed uint64, n, dim int) *Vectors {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	rows := make([][]float32, n)
	v := NewVectors(n, dim)
	for i := range rows {
		rows[i] = make([]float32, dim)
		spread := float32(1)
		if i > 0 && rng.IntN(3) == 0 {
			copy(rows[i], rows[rng.IntN(i)])
			spread = .3
		}
		for k := range rows[i] {
			rows[i][k] += spread * float32(rng.NormFloat64())
		}
		if err := v.Set(i, rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// pairsOf returns the pairs of a join in the order they come in.
func pairsOf(t testing.TB, v *Vectors, o VectorJoin) (pairs [][2]int) {
	t.Helper()
	if err := JoinVectors(context.Background(), v, o, func(a, b int) { pairs = append(pairs, [2]int{a, b}) }); err != nil {
		t.Fatal(err)
	}
	return pairs
}

// Whatever was found before and whatever is new, in blocks of whichever size: known
// pairs and a search with the new pictures come to what one search of all finds.
func TestJoinVectorsGoesOn(t *testing.T) {
	const n = 260
	rng := rand.New(rand.NewPCG(5, 5))
	v := cloud(t, 4, n, 12)
	for i := range 90 { // a crowd, in which lists are full and many are equally near
		v.Set(rng.IntN(n), []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 + float32(i%3)/1000})
	}
	want := pairsOf(t, v, VectorJoin{Nearest: 7, Floor: .4})
	for range 20 {
		order := rng.Perm(n)
		old, fresh := order[:rng.IntN(n)], []int(nil)
		fresh = order[len(old):]
		before := pairsOf(t, v, VectorJoin{Nearest: 7, Floor: .4, Left: old, Block: 1 + rng.IntN(99)})
		known := func(yield func(a, b int) bool) {
			for _, p := range before {
				if !yield(p[1], p[0]) {
					return
				}
			}
		}
		got := pairsOf(t, v, VectorJoin{Nearest: 7, Floor: .4, Left: fresh, Right: upTo(n), Known: known, Block: 1 + rng.IntN(99)})
		if !slices.Equal(got, want) {
			t.Fatalf("%d old and %d new pictures: %d pairs, want %d", len(old), len(fresh), len(got), len(want))
		}
	}
}

// Two sets are compared with each other, not within, and who is crowded is told.
func TestJoinVectorsOfTwoSets(t *testing.T) {
	const n = 200
	v := cloud(t, 6, n, 8)
	set := upTo(n)
	got := pairsOf(t, v, VectorJoin{Nearest: n, Floor: .5, Left: set[150:], Right: set[:150], Block: 64})
	want := 0
	for a := range 150 {
		for b := 150; b < n; b++ {
			if v.Cosine(a, b) >= .5 {
				want++
			}
		}
	}
	for _, p := range got {
		if p[0] >= 150 || p[1] < 150 {
			t.Errorf("pair %v is within a set", p)
		}
	}
	if len(got) != want || want == 0 {
		t.Errorf("%d pairs, want %d", len(got), want)
	}
}

func TestJoinVectorsTellsOfCrowds(t *testing.T) {
	const n = 120
	v := cloud(t, 8, n, 6)
	var crowded []int
	pairsOf(t, v, VectorJoin{Nearest: 9, Floor: 0, LinkAt: .7, Crowd: func(i int) { crowded = append(crowded, i) }})
	for i := range n {
		close := 0
		for k := range n {
			if k != i && float32(v.Cosine(i, k)) >= .7 {
				close++
			}
		}
		if is := slices.Contains(crowded, i); is != (close >= 9) {
			t.Errorf("picture %d has %d neighbours over the limit: crowded %v", i, close, is)
		}
	}
	if len(crowded) == 0 || len(crowded) == n {
		t.Errorf("%d of %d are crowded: the test shows nothing", len(crowded), n)
	}
}

func TestJoinVectorsFindsWhatBruteForceFinds(t *testing.T) {
	const n, floor = 230, .5
	v := cloud(t, 1, n, 24)
	for _, from := range []int{0, 200} {
		var fresh, all []int
		if from > 0 {
			fresh, all = upTo(n)[from:], upTo(n)
		}
		links := map[[2]int]bool{}
		join := VectorJoin{Nearest: n, Floor: floor, LinkAt: .8, Left: fresh, Right: all, Block: 32,
			Link: func(a, b int) { links[[2]int{a, b}] = true }}
		got := map[[2]int]bool{}
		err := JoinVectors(context.Background(), v, join, func(a, b int) { got[[2]int{a, b}] = true })
		if err != nil {
			t.Fatal(err)
		}
		pairs, linked := 0, 0
		for b := from; b < n; b++ {
			for a := range b {
				cosine := float32(v.Cosine(a, b))
				if near := cosine >= floor; near != got[[2]int{a, b}] {
					t.Errorf("from %d: pair %d, %d at cosine %g: found %v", from, a, b, cosine, !near)
				} else if near {
					pairs++
				}
				if link := cosine >= .8; link != links[[2]int{a, b}] {
					t.Errorf("from %d: pair %d, %d at cosine %g: linked %v", from, a, b, cosine, !link)
				} else if link {
					linked++
				}
			}
		}
		if pairs == 0 || linked == 0 || pairs != len(got) || linked != len(links) {
			t.Errorf("from %d: %d of %d pairs and %d of %d links are right", from, pairs, len(got), linked, len(links))
		}
	}
}

func TestJoinVectorsKeepsTheNearest(t *testing.T) {
	const n, keep = 150, 5
	v := cloud(t, 3, n, 8)
	got := map[[2]int]bool{}
	err := JoinVectors(context.Background(), v, VectorJoin{Nearest: keep, Floor: -1, Block: 64},
		func(a, b int) { got[[2]int{a, b}] = true })
	if err != nil {
		t.Fatal(err)
	}
	for a := range n {
		for b := range n {
			if a == b {
				continue
			}
			nearer := 0
			for c := range n {
				if c != a && v.Cosine(a, c) > v.Cosine(a, b) {
					nearer++
				}
			}
			if nearer < keep && !got[[2]int{min(a, b), max(a, b)}] {
				t.Errorf("%d is among the %d nearest of %d but was not found", b, keep, a)
			}
		}
	}
	if len(got) > keep*n {
		t.Errorf("%d pairs, want at most %d", len(got), keep*n)
	}
}

func TestJoinVectorsOfIdenticalOnes(t *testing.T) {
	const n = 3000
	v := NewVectors(n, 16)
	for i := range n {
		if err := v.Set(i, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7}); err != nil {
			t.Fatal(err)
		}
	}
	c, pairs := NewComponents(n), 0
	join := VectorJoin{Floor: .5, LinkAt: .9, Link: c.Join, Block: 512}
	if err := JoinVectors(context.Background(), v, join, func(int, int) { pairs++ }); err != nil {
		t.Fatal(err)
	}
	if groups := c.Groups(); len(groups) != 1 || len(groups[0]) != n {
		t.Errorf("identical vectors make %d groups, want one of %d", len(groups), n)
	}
	if pairs > 64*n {
		t.Errorf("%d pairs, want at most 64 a picture", pairs)
	}
}

func TestJoinVectorsOfFew(t *testing.T) {
	one := cloud(t, 1, 1, 4)
	missing := NewVectors(5, 4)
	for name, v := range map[string]*Vectors{"none": NewVectors(0, 4), "one": one, "only missing ones": missing} {
		err := JoinVectors(context.Background(), v, VectorJoin{Floor: -1}, func(a, b int) {
			t.Errorf("%s: pair %d, %d", name, a, b)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJoinVectorsStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := JoinVectors(ctx, cloud(t, 1, 10, 4), VectorJoin{}, func(int, int) {})
	if err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestVectorsRefuseBadRows(t *testing.T) {
	v := NewVectors(3, 2)
	for want, vec := range map[string][]float32{
		"NaN":      {1, float32(math.NaN())},
		"infinite": {1, float32(math.Inf(1))},
		"all zero": {0, 0},
		"3 values": {1, 2, 3},
	} {
		if err := v.Set(1, vec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Set(%v): error %v, want one that says %q", vec, err, want)
		}
	}
	if v.has(1) {
		t.Error("a refused row counts as set")
	}
	if err := v.Set(0, []float32{3, 4}); err != nil {
		t.Fatal(err)
	}
	if got := v.Cosine(0, 0); math.Abs(got-1) > 1e-6 {
		t.Errorf("cosine with itself %g", got)
	}
	if got := v.Cosine(0, 1); got != 0 {
		t.Errorf("cosine with a missing row %g, want 0", got)
	}
}

func BenchmarkJoinVectors(b *testing.B) {
	v := cloud(b, 1, 8000, 256)
	for b.Loop() {
		if err := JoinVectors(context.Background(), v, VectorJoin{Floor: .3}, func(int, int) {}); err != nil {
			b.Fatal(err)
		}
	}
}
