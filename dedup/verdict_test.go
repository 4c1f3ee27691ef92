package dedup

import (
	"math/rand/v2"
	"testing"
)

// Whatever people say of pairs: nobody shares a cluster with one it is distinct from,
// who is the same stays together unless that would bring distinct ones together, and who
// is far from its keeper is there by verdict.
func TestClustersObeyVerdicts(t *testing.T) {
	const n, threshold = 150, .9
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 8))
		l := scatter(seed, n, 5)
		draw := func(k int) (out [][2]int) {
			for range k {
				if a, b := rng.IntN(n), rng.IntN(n); a != b {
					out = append(out, [2]int{a, b})
				}
			}
			return out
		}
		same, distinct := draw(15), draw(300)
		united := NewComponents(n)
		for _, p := range same {
			united.Join(p[0], p[1])
		}
		torn := map[int]bool{} // groups of the same that hold distinct ones: people contradict themselves
		for _, p := range distinct {
			if united.Joined(p[0], p[1]) {
				torn[united.Find(p[0])] = true
			}
		}
		keeper := make([]int, n)
		for i := range keeper {
			keeper[i] = i
		}
		for _, g := range Cluster(Clustering{Pairs: l.pairs(8, .5), Nearest: 8, Threshold: threshold, Linked: l.links(threshold), Rank: rng.Perm(n),
			Similarity: l.similarity, Same: same, Distinct: distinct}) {
			for _, m := range g.Members {
				keeper[m.Index] = g.Keeper
				if l.similarity(m.Index, g.Keeper) < threshold && !m.BySame {
					t.Fatalf("seed %d: %d is far from its keeper %d and no verdict says that it is the same", seed, m.Index, g.Keeper)
				}
			}
		}
		for _, p := range distinct {
			if keeper[p[0]] == keeper[p[1]] && !torn[united.Find(p[0])] {
				t.Fatalf("seed %d: %v are distinct and in one cluster", seed, p)
			}
		}
		for _, p := range same {
			if keeper[p[0]] != keeper[p[1]] && !torn[united.Find(p[0])] {
				t.Fatalf("seed %d: %v are the same and in two clusters", seed, p)
			}
		}
	}
}

// Pictures whose pairs were not all told are compared with all of their crowd, and it
// comes out as if they had been.
func TestCrowdedPicturesMissNobody(t *testing.T) {
	const n, threshold = 120, .9
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 9))
		l, rank := scatter(seed, n, 3), rng.Perm(n)
		want := Cluster(Clustering{Pairs: l.pairs(n, .5), Nearest: n, Threshold: threshold, Rank: rank, Similarity: l.similarity})
		crowded, some := make([]bool, n), []Pair(nil)
		for _, p := range l.pairs(n, .5) {
			if rng.IntN(3) > 0 {
				some = append(some, p)
				continue
			}
			crowded[p.A], crowded[p.B] = true, true
		}
		got := Cluster(Clustering{Pairs: some, Nearest: n, Threshold: threshold, Crowded: crowded, Linked: l.links(threshold), Rank: rank, Similarity: l.similarity})
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d clusters, want %d", seed, len(got), len(want))
		}
		for g := range want {
			if got[g].Keeper != want[g].Keeper || len(got[g].Members) != len(want[g].Members) {
				t.Fatalf("seed %d: cluster %d is %+v, want %+v", seed, g, got[g], want[g])
			}
		}
	}
}
