package dedup

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// line is a group whose pictures lie on a line, the keeper at 0.
func line(at ...float64) (*Group, func(a, b int) float64) {
	places := append([]float64{0}, at...)
	g := &Group{Keeper: 0}
	for i := range at {
		g.Members = append(g.Members, Member{Index: i + 1})
	}
	return g, func(a, b int) float64 { return -math.Abs(places[a] - places[b]) }
}

func indices(g *Group) []int {
	var out []int
	for _, m := range g.Members {
		out = append(out, m.Index)
	}
	return out
}

func TestSpread(t *testing.T) {
	all := func(Member) int { return 0 }
	for _, c := range []struct {
		name  string
		keep  int
		class func(Member) int
		want  []int
	}{
		{"one is kept: nothing moves", 1, all, []int{1, 2, 3, 4}},
		{"the farthest, then what lies between", 3, all, []int{3, 4, 1, 2}},
		{"a better class before a farther one", 2, func(m Member) int { return -m.Index }, []int{1, 2, 3, 4}},
		{"more than there are", 9, all, []int{3, 4, 2, 1}},
	} {
		g, alike := line(1, 1.2, 9, 5)
		placed := Spread(g, c.keep, c.class, alike)
		if got := indices(g); !slices.Equal(got, c.want) || placed != min(c.keep-1, 4) {
			t.Errorf("%s: %v, %d placed; want %v", c.name, got, placed, c.want)
		}
	}
}

// Nobody is lost, and each that is placed is at least as far from those before it as
// any that comes later.
func TestSpreadIsFarthestFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		at := make([]float64, 1+rng.IntN(12))
		for i := range at {
			at[i] = rng.Float64()
		}
		g, alike := line(at...)
		placed := Spread(g, 1+rng.IntN(14), func(Member) int { return 0 }, alike)
		order := append([]int{0}, indices(g)...)
		near := func(i, before int) float64 {
			n := math.Inf(-1)
			for _, k := range order[:before] {
				n = max(n, alike(i, k))
			}
			return n
		}
		for k := 1; k <= placed; k++ {
			for _, later := range order[k+1:] {
				if near(later, k) < near(order[k], k) {
					t.Fatalf("%v: %d is farther from those before place %d than %d", at, later, k, order[k])
				}
			}
		}
		if slices.Sort(order); len(slices.Compact(order)) != len(at)+1 {
			t.Fatalf("of %d pictures %v are left", len(at)+1, order)
		}
	}
}
