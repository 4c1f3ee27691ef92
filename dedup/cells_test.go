package dedup

import (
	"context"
	"slices"
	"testing"
)

func cellsOf(t *testing.T, v *Vectors, o CellOptions) *Cells {
	t.Helper()
	c, err := NewCells(context.Background(), v, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Who visits all cells meets everybody, once.
func TestJoinOfAllCellsIsExact(t *testing.T) {
	v := cloud(t, 2, 500, 16)
	links := 0
	want := pairsOf(t, v, VectorJoin{Nearest: 8, Floor: .3, LinkAt: .6, Link: func(int, int) { links++ }})
	for _, count := range []int{1, 3, 20} {
		told := 0
		c := cellsOf(t, v, CellOptions{Count: count, Probes: count})
		got := pairsOf(t, v, VectorJoin{Nearest: 8, Floor: .3, LinkAt: .6, Link: func(int, int) { told++ }, Cells: c, Block: 64})
		if !slices.Equal(got, want) || told != links {
			t.Errorf("%d cells: %d pairs and %d links, want %d and %d", count, len(got), told, len(want), links)
		}
	}
}

// With few visits most near pairs are found, and nothing that is not there; the same
// seed finds the same.
func TestCellsFindWhatIsNear(t *testing.T) {
	v := cloud(t, 3, 4000, 24)
	want := pairsOf(t, v, VectorJoin{Nearest: 4000, Floor: .8})
	find := func() [][2]int {
		return pairsOf(t, v, VectorJoin{Nearest: 4000, Floor: .8, Cells: cellsOf(t, v, CellOptions{Count: 64, Probes: 8, Seed: 1})})
	}
	got := find()
	exact := map[[2]int]bool{}
	for _, p := range want {
		exact[p] = true
	}
	for _, p := range got {
		if !exact[p] {
			t.Fatalf("pair %v is none", p)
		}
	}
	if len(want) < 500 || len(got) < len(want)*98/100 {
		t.Errorf("%d of %d near pairs are found", len(got), len(want))
	}
	if !slices.Equal(got, find()) {
		t.Error("the same seed finds other pairs")
	}
}

func TestCellsOfFew(t *testing.T) {
	for _, n := range []int{0, 1, 2} {
		v := cloud(t, 1, n, 4)
		if got := pairsOf(t, v, VectorJoin{Floor: -1, Cells: cellsOf(t, v, CellOptions{})}); len(got) != n*(n-1)/2 {
			t.Errorf("%d vectors make %d pairs", n, len(got))
		}
	}
}

// Cells that were made for other vectors are refused.
func TestCellsMustFit(t *testing.T) {
	c := cellsOf(t, cloud(t, 1, 10, 4), CellOptions{Count: 2})
	if err := JoinVectors(context.Background(), cloud(t, 1, 9, 4), VectorJoin{Cells: c}, func(int, int) {}); err == nil {
		t.Error("cells of 10 vectors are taken for 9")
	}
}
