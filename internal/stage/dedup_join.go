package stage

import (
	"cmp"
	"context"
	"slices"

	"github.com/curate/curate/dedup"
)

// parts returns the images that may be compared with each other, in groups: all,
// or those that agree in the field of Within.
func (d *deduping) parts() [][]int {
	byValue := map[string][]int{}
	for i, c := range d.images {
		value := ""
		switch d.opt.Within {
		case "label":
			value = c.Label
		case "subject":
			value = c.Subject
		}
		byValue[value] = append(byValue[value], i)
	}
	var out [][]int
	for _, part := range byValue {
		if d.reference != nil { // the reference first: pairs within it are not looked at
			slices.SortStableFunc(part, func(a, b int) int { return cmp.Compare(truth(d.reference[b]), truth(d.reference[a])) })
		}
		out = append(out, part)
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// joinPart finds the pairs of one part.
func (d *deduping) joinPart(ctx context.Context, part []int, want func(a, b int)) error {
	from := 0
	if d.reference != nil {
		for from < len(part) && d.reference[part[from]] {
			from++
		}
	}
	if d.scorer.Hash != nil {
		if err := d.joinHashes(ctx, part, from, want); err != nil {
			return err
		}
	}
	switch {
	case d.scorer.Vectors == nil:
		return nil
	case d.reference != nil:
		return d.joinVectors(ctx, dedup.VectorJoin{Left: part[:from], Right: part[from:]}, want)
	case d.limited():
		return d.joinVectors(ctx, dedup.VectorJoin{Left: part}, want)
	}
	return d.joinAll(ctx, want)
}

// joinHashes finds the pairs of one part by their hashes. It always looks at all: a
// million hashes are joined in less time than their embeddings take to load.
func (d *deduping) joinHashes(ctx context.Context, part []int, from int, want func(a, b int)) error {
	hashes := make([]dedup.Hash, len(part))
	for k, i := range part {
		hashes[k] = d.scorer.Hashes[i]
	}
	join := dedup.HashJoin{MaxDistance: d.opt.HashDistance, From: from, Crowd: func(k int) { d.crowded[part[k]] = true }}
	return dedup.JoinHashes(ctx, hashes, join, func(p dedup.HashPair) {
		a, b := part[p.A], part[p.B]
		if d.reference != nil && d.reference[a] == d.reference[b] {
			return
		}
		if p.Distance <= d.result.HashDistance {
			d.linked.Join(a, b)
		}
		want(a, b)
	})
}

// joinVectors finds pairs by their embeddings. Floor and LinkAt are those of this run
// where the join has none of its own.
func (d *deduping) joinVectors(ctx context.Context, join dedup.VectorJoin, want func(a, b int)) error {
	task := d.env.Progress.Start("compare", 0, "pairs")
	defer task.Done()
	if join.Link == nil {
		join.Floor, join.LinkAt, join.Link = d.lowest(d.cosineFor(d.floor)), d.lowest(d.linkAt()), d.linked.Join
	}
	join.Multiply, join.Crowd = d.multiply, func(i int) { d.crowded[i] = true }
	last := int64(0)
	join.Progress = func(done, total int64) {
		task.SetTotal(total)
		task.Add(done - last)
		last = done
	}
	return dedup.JoinVectors(ctx, d.scorer.Vectors, join, want)
}

// sketchFrom is the number of images from which they are compared by their sketches, which
// takes about an eighth of the time.
const sketchFrom = 1_000_000

// sketches are those of all images where there are many, nil where each pair is looked
// at.
func (d *deduping) sketches(ctx context.Context, linkAt float32) (*dedup.Sketches, error) {
	if len(d.images) < sketchFrom {
		return nil, nil
	}
	return dedup.NewSketches(ctx, d.scorer.Vectors, linkAt, 1, d.multiply)
}

// linkAt is the cosine from which a pair may reach the threshold.
func (d *deduping) linkAt() float32 {
	at := d.cosineFor(d.opt.Threshold)
	if d.scorer.Apart != nil {
		at = min(at, float32(d.learnt.lookalikes.Inverse(min(d.opt.Threshold, 1-1e-9))))
	}
	return at
}
