package stage

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
)

func randomVectors(tb testing.TB, n, dim int) *dedup.Vectors {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	v := dedup.NewVectors(n, dim)
	row := make([]float32, dim)
	for i := range n {
		for k := range row {
			row[k] = float32(rng.NormFloat64())
		}
		if err := v.Set(i, row); err != nil {
			tb.Fatal(err)
		}
	}
	return v
}

func multiplier(tb testing.TB, dim int) *ortMultiplier {
	tb.Helper()
	tb.Setenv(runtimelib.Env, orttest.Open(tb).Path())
	e := &Env{Device: "cpu", Notice: tb.Logf}
	m, err := e.newMultiplier(tb.Context(), dim)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := m.Close(); err != nil {
			tb.Error(err)
		}
	})
	return m
}

// The runtime's products and Go's own find the same pairs.
func TestMultipliersAgree(t *testing.T) {
	v := randomVectors(t, 700, 48)
	find := func(m dedup.Multiplier) map[[2]int]bool {
		got := map[[2]int]bool{}
		join := dedup.VectorJoin{Floor: .35, Block: 256, Multiply: m}
		if err := dedup.JoinVectors(context.Background(), v, join, func(a, b int) { got[[2]int{a, b}] = true }); err != nil {
			t.Fatal(err)
		}
		return got
	}
	a, b := find(multiplier(t, 48)), find(dedup.Plain{})
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("%d pairs with the runtime, %d with Go", len(a), len(b))
	}
	for p := range a {
		if !b[p] {
			t.Errorf("pair %v is found with the runtime only", p)
		}
	}
}

// BenchmarkJoin compares an exact join of 50,000 vectors with its products alone.
func BenchmarkJoin(b *testing.B) {
	const n, dim, block = 50_000, 256, 2048
	m := multiplier(b, dim)
	b.Run("join", func(b *testing.B) {
		v := randomVectors(b, n, dim)
		for b.Loop() {
			if err := dedup.JoinVectors(context.Background(), v, dedup.VectorJoin{Floor: .3, Multiply: m}, func(int, int) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("products alone", func(b *testing.B) {
		x, y, dst := make([]float32, block*dim), make([]float32, block*dim), make([]float32, block*block)
		blocks := (n + block - 1) / block
		for b.Loop() {
			for range blocks * (blocks + 1) / 2 {
				if err := m.MulT(dst, x, y, block, block, dim); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
