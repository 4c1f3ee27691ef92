package dedup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
)

// onALine places pictures on a line; two are similar when they are near.
type onALine []float64

func (l onALine) similarity(a, b int) float64 { return math.Max(0, 1-math.Abs(l[a]-l[b])) }

// pairs lists, for each picture, its nearest k at a similarity over the floor.
func (l onALine) pairs(k int, floor float64) []Pair {
	near := newNearest(len(l), k)
	for b := range l {
		for a := range b {
			if s := l.similarity(a, b); s >= floor {
				near.offer(a, b, float32(s))
				near.offer(b, a, float32(s))
			}
		}
	}
	var pairs []Pair
	near.each(func(a, b int) { pairs = append(pairs, Pair{A: a, B: b, Similarity: float32(l.similarity(a, b))}) })
	return pairs
}

func (l onALine) links(threshold float64) *Components {
	c := NewComponents(len(l))
	for b := range l {
		for a := range b {
			if l.similarity(a, b) >= threshold {
				c.Join(a, b)
			}
		}
	}
	return c
}

func scatter(seed uint64, n int, width float64) onALine {
	rng := rand.New(rand.NewPCG(seed, 3))
	l := make(onALine, n)
	for i := range l {
		l[i] = math.Round(rng.Float64()*width*64) / 64 // exact in binary, with ties
	}
	return l
}

func TestChainIsCut(t *testing.T) {
	l := onALine{0, .0625, .125, .1875, .25, .3125}
	groups := Cluster(Clustering{Pairs: l.pairs(9, .5), Threshold: .9, Rank: []int{0, 1, 2, 3, 4, 5}, Similarity: l.similarity})
	var got []string
	for _, g := range groups {
		s := fmt.Sprint(g.Keeper, ":")
		for _, m := range g.Members {
			s += fmt.Sprint(" ", m.Index)
		}
		got = append(got, s)
	}
	if want := []string{"0: 1", "2: 3", "4: 5"}; !slices.Equal(got, want) {
		t.Errorf("clusters %q, want %q", got, want)
	}
}

func TestEveryMemberIsCloseToItsKeeper(t *testing.T) {
	for seed := range uint64(30) {
		const threshold = .9
		l := scatter(seed, 200, 1+float64(seed))
		nearest := 4 + int(seed)
		rank := rand.New(rand.NewPCG(seed, 9)).Perm(len(l))
		groups := Cluster(Clustering{Pairs: l.pairs(nearest, .5), Threshold: threshold, Nearest: nearest, Linked: l.links(threshold),
			Rank: rank, Similarity: l.similarity})
		place := make([]int, len(l))
		for p, i := range rank {
			place[i] = p
		}
		keeperOf := map[int]int{}
		for _, g := range groups {
			keeperOf[g.Keeper] = g.Keeper
			for _, m := range g.Members {
				if s := l.similarity(g.Keeper, m.Index); s < threshold {
					t.Fatalf("seed %d: member %d is only %g like its keeper %d", seed, m.Index, s, g.Keeper)
				}
				if place[m.Index] < place[g.Keeper] {
					t.Fatalf("seed %d: member %d ranks before its keeper %d", seed, m.Index, g.Keeper)
				}
				if _, twice := keeperOf[m.Index]; twice {
					t.Fatalf("seed %d: picture %d is in two clusters", seed, m.Index)
				}
				keeperOf[m.Index] = g.Keeper
			}
		}
		// Nothing close to a keeper that it outranks is left alone.
		for _, g := range groups {
			for i := range l {
				if _, in := keeperOf[i]; !in && l.similarity(i, g.Keeper) >= threshold {
					t.Fatalf("seed %d: picture %d is close to keeper %d but in no cluster", seed, i, g.Keeper)
				}
			}
		}
	}
}

func TestClustersDoNotDependOnOrder(t *testing.T) {
	const n = 120
	l := scatter(4, n, 6)
	byPlace := make([]int, n)
	for i := range byPlace {
		byPlace[i] = i
	}
	want := Cluster(Clustering{Pairs: l.pairs(n, .5), Threshold: .9, Rank: byPlace, Similarity: l.similarity,
		Same: [][2]int{{0, 77}, {5, 6}}, Distinct: [][2]int{{1, 2}, {3, 90}}})
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 4))
		name := rng.Perm(n) // picture i is called name[i] now
		moved, rank := make(onALine, n), make([]int, n)
		for i, x := range l {
			moved[name[i]] = x
			rank[i] = name[i]
		}
		pairs := moved.pairs(n, .5)
		rng.Shuffle(len(pairs), func(i, k int) { pairs[i], pairs[k] = pairs[k], pairs[i] })
		got := Cluster(Clustering{Pairs: pairs, Threshold: .9, Rank: rank, Similarity: moved.similarity,
			Same:     [][2]int{{name[6], name[5]}, {name[77], name[0]}},
			Distinct: [][2]int{{name[90], name[3]}, {name[1], name[2]}}})
		for g := range got {
			got[g].Keeper = slices.Index(name, got[g].Keeper)
			for m := range got[g].Members {
				got[g].Members[m].Index = slices.Index(name, got[g].Members[m].Index)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: other clusters in another order of input", seed)
		}
	}
}

func TestVerdictsOnPairs(t *testing.T) {
	l := onALine{0, .03125, .0625, 5, 9}
	members := func(groups []Group) map[int]int {
		of := map[int]int{}
		for _, g := range groups {
			for _, m := range g.Members {
				of[m.Index] = g.Keeper
			}
		}
		return of
	}
	for _, c := range []struct {
		name           string
		same, distinct [][2]int
		want           map[int]int // member -> keeper
	}{
		{"none", nil, nil, map[int]int{1: 0, 2: 0}},
		{"distinct from the keeper", nil, [][2]int{{0, 1}}, map[int]int{2: 0}},
		{"distinct members", nil, [][2]int{{2, 1}}, map[int]int{1: 0}},
		{"same joins what is far", [][2]int{{3, 0}}, nil, map[int]int{1: 0, 2: 0, 3: 0}},
		{"same joins through a member", [][2]int{{4, 2}}, nil, map[int]int{1: 0, 2: 0, 4: 0}},
		{"same chains", [][2]int{{3, 4}, {4, 2}}, nil, map[int]int{1: 0, 2: 0, 3: 0, 4: 0}},
		{"what comes along is distinct", [][2]int{{1, 4}}, [][2]int{{4, 0}}, map[int]int{2: 0, 4: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			groups := Cluster(Clustering{Pairs: l.pairs(9, .5), Threshold: .9, Rank: []int{0, 1, 2, 3, 4},
				Similarity: l.similarity, Same: c.same, Distinct: c.distinct})
			if got := members(groups); !reflect.DeepEqual(got, c.want) {
				t.Errorf("members %v, want %v", got, c.want)
			}
		})
	}
}

func TestTenThousandIdenticalPictures(t *testing.T) {
	const n = 10_000
	l := make(onALine, n)
	rank := make([]int, n)
	c := NewComponents(n)
	var pairs []Pair
	for i := range n {
		rank[i] = n - 1 - i
		for k := range min(i, 64) {
			pairs = append(pairs, Pair{A: k, B: i, Similarity: 1})
			c.Join(k, i)
		}
	}
	groups := Cluster(Clustering{Pairs: pairs, Threshold: .9, Linked: c, Rank: rank, Similarity: l.similarity})
	if len(groups) != 1 || groups[0].Keeper != n-1 || len(groups[0].Members) != n-1 {
		t.Fatalf("%d clusters, want one of all pictures round the best ranked", len(groups))
	}
}

func TestClusterOfNothing(t *testing.T) {
	if got := Cluster(Clustering{Threshold: .9}); len(got) != 0 {
		t.Errorf("no pictures make clusters: %v", got)
	}
	if got := Cluster(Clustering{Threshold: .9, Rank: []int{0}}); len(got) != 0 {
		t.Errorf("one picture makes clusters: %v", got)
	}
}

// asked counts how often the similarity of two pictures is asked for.
func asked(l onALine, n *atomic.Int64) func(a, b int) float64 {
	return func(a, b int) float64 {
		n.Add(1)
		return l.similarity(a, b)
	}
}

// likely is exact here.
func (l onALine) likely(threshold float64) func(rows, cols []int) [][]int {
	return func(rows, cols []int) [][]int {
		out := make([][]int, len(rows))
		for r, i := range rows {
			for _, k := range cols {
				if l.similarity(i, k) >= threshold {
					out[r] = append(out[r], k)
				}
			}
		}
		return out
	}
}

// In a chain of 8,000 pictures that all have more pairs than are listed, the similarity is
// asked for about once for each that is close: to ask every keeper of all others would
// be millions of times.
func TestCrowdsAskForWhatIsClose(t *testing.T) {
	const n, threshold, nearest = 8_000, .9, 8
	chain := make(onALine, n)
	rank := rand.New(rand.NewPCG(1, 1)).Perm(n)
	c := NewComponents(n)
	var pairs []Pair
	for i := range n {
		chain[i] = float64(i) / 128 // 12 on either side are close
		for k := max(0, i-nearest/2); k < i; k++ {
			pairs = append(pairs, Pair{A: k, B: i, Similarity: float32(chain.similarity(k, i))})
			c.Join(k, i)
		}
	}
	var all, few atomic.Int64
	clustering := func(count *atomic.Int64) Clustering {
		return Clustering{Pairs: pairs, Threshold: threshold, Nearest: nearest, Linked: c, Rank: rank, Similarity: asked(chain, count)}
	}
	with := clustering(&few)
	with.Likely = chain.likely(threshold)
	got, want := Cluster(with), Cluster(clustering(&all))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d clusters, %d where all are asked for", len(got), len(want))
	}
	if few.Load() > 4*n || all.Load() < 100*n {
		t.Errorf("similarities are asked for %d times (without Likely %d times), want about %d", few.Load(), all.Load(), n)
	}
}
