package stage

import (
	"context"

	"github.com/curate/curate/catalog"
)

// former is what an earlier run found among the pairs that a limited one (against,
// within) does not look at.
type former struct {
	pairs   map[[2]int]bool
	keeper  map[int]bool // of clusters with such pairs
	cluster map[int]catalog.ClusterID
}

// limited tells whether this run looks at some of the pairs only.
func (d *deduping) limited() bool { return d.reference != nil || d.opt.Within != "" }

// carry takes over what an earlier run found where a limited one does not look:
// marks there stay, rather than being taken back by a search that never asked. The
// pairs are scored, and held against the threshold, as those of this run.
func (d *deduping) carry(ctx context.Context) error {
	if !d.limited() {
		return nil
	}
	f := former{map[[2]int]bool{}, map[int]bool{}, map[int]catalog.ClusterID{}}
	for p, err := range d.env.Catalog.Pairs(ctx, catalog.PairFilter{Kind: d.opt.Kind}) {
		if err != nil {
			return err
		}
		a, okA := d.at[p.A]
		b, okB := d.at[p.B]
		if !okA || !okB || d.comparable(a, b) {
			continue
		}
		if pair := d.scorer.Pair(a, b); float64(pair.Similarity) >= d.floor {
			f.pairs[[2]int{pair.A, pair.B}] = true
			d.pairs = append(d.pairs, pair)
		}
	}
	if err := d.carryClusters(ctx, f); err != nil {
		return err
	}
	d.former = f
	if n := len(f.pairs); n > 0 {
		d.env.Notice("%d pairs that this dedup does not look at stay as an earlier one found them", n)
	}
	return nil
}

// carryClusters notes who was in a cluster with whom, and who was kept.
func (d *deduping) carryClusters(ctx context.Context, f former) error {
	for c, err := range d.env.Catalog.Clusters(ctx, catalog.ClusterFilter{Kind: d.opt.Kind}) {
		if err != nil {
			return err
		}
		keeper, known := d.at[c.Members[0].Image]
		for _, m := range c.Members {
			i, ok := d.at[m.Image]
			if !ok {
				continue
			}
			f.cluster[i] = c.ID
			if known && f.pairs[[2]int{min(keeper, i), max(keeper, i)}] {
				f.keeper[keeper] = true
			}
		}
	}
	return nil
}

// together tells whether an earlier run put a and b into one cluster, if this run
// does not look at them.
func (f former) together(a, b int) bool {
	c, ok := f.cluster[a]
	return ok && f.cluster[b] == c
}

// precedence puts the reference first, then what was kept where this run does not
// look; the rules decide among the rest.
func (d *deduping) precedence(i int) int {
	switch {
	case d.reference != nil && d.reference[i]:
		return 2
	case d.former.keeper[i]:
		return 1
	}
	return 0
}
