package dedup

import (
	"context"
	"math"
	"math/rand/v2"
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

func TestJoinVectorsFindsWhatBruteForceFinds(t *testing.T) {
	const n, floor = 230, .5
	v := cloud(t, 1, n, 24)
	for _, from := range []int{0, 200} {
		links := map[[2]int]bool{}
		join := VectorJoin{Nearest: n, Floor: floor, LinkAt: .8, From: from, Block: 32,
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
