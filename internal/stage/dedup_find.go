package stage

import (
	"cmp"
	"context"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
)

// The scores under which no pair is kept. The whitened cosines of strangers lie
// around 0: a floor as low as that of similarities would keep 64 strangers of every
// picture in a large heap.
const (
	floorSimilarity = 0.02
	floorCosine     = 0.25
)

// find joins hashes and embeddings and scores the pairs.
func (d *deduping) find(ctx context.Context) error {
	if err := d.measureHeap(); err != nil {
		return err
	}
	d.setScores()
	d.linked, d.crowded = dedup.NewComponents(len(d.images)), make([]bool, len(d.images))
	var wanted wantedPairs
	for _, part := range d.parts() {
		if err := d.joinPart(ctx, part, wanted.add); err != nil {
			return err
		}
	}
	d.settleShare(wanted.all())
	d.score(wanted.all())
	if err := d.carry(ctx); err != nil {
		return err
	}
	slices.SortFunc(d.pairs, func(x, y dedup.Pair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	d.speakThrough()
	return nil
}

// score scores the pairs that were found, and once more those of pictures that turn out
// to be alike in their ground only.
func (d *deduping) score(wanted [][2]int32) {
	for _, p := range wanted {
		if pair := d.scorer.Pair(int(p[0]), int(p[1])); float64(pair.Similarity) >= d.floor {
			d.pairs = append(d.pairs, pair)
		}
	}
	if d.opt.Kind != catalog.CopyPair {
		return
	}
	ground := dedup.OnGround(d.pairs, len(d.images))
	if !slices.Contains(ground, true) {
		return
	}
	d.scorer.Ground = ground
	kept := d.pairs[:0]
	for _, p := range d.pairs {
		if ground[p.A] && ground[p.B] {
			p = d.scorer.Pair(p.A, p.B)
		}
		if float64(p.Similarity) >= d.floor {
			kept = append(kept, p)
		}
	}
	d.pairs = kept
}

// setScores says what cosines and hash distances are worth in this catalogue.
func (d *deduping) setScores() {
	s, r := &d.scorer, d.result
	s.HashDistance = d.opt.HashDistance
	d.floor = min(floorSimilarity, d.opt.Threshold)
	if d.opt.Cosine {
		d.floor = min(floorCosine, d.opt.Threshold)
	}
	r.HashDistance = -1
	if d.learnt == nil { // nothing is embedded: hashes stand alone
		d.learnt = bareHashes()
	}
	if d.opt.Kind == catalog.SimilarPair {
		d.learnt = d.similarModel()
	}
	if s.Hashes != nil { // a copy is similar, too
		chances := d.learnt.inHeap().HashCurve(len(d.images))
		s.Hash = func(distance int) float64 { return chances[distance] }
		for bits := 0; bits <= s.HashDistance && chances[bits] >= d.opt.Threshold; bits++ {
			r.HashDistance = bits
		}
	}
	if d.opt.Cosine {
		r.Floor = d.floor
		return
	}
	curve := d.learnt.curve(d.population())
	s.Cosine = curve.At
	if d.opt.Kind == catalog.CopyPair {
		s.Flat = nearlyTheSame(0).At
		s.SameFaint = func(a, b int) bool { return d.faint[a].Same(d.faint[b]) }
	}
	if d.learnt.nearest != nil { // pairs under it are strangers, and there are many
		d.floor = min(curve.At(d.learnt.nearest(len(d.images))), d.opt.Threshold)
	}
	switch {
	case d.learnt.lookalikes == nil:
	case d.opt.Kind == catalog.CopyPair:
		s.Apart = d.madeApart()
	default:
		s.Apart = d.onePrompt()
	}
	at := curve.Inverse(min(d.opt.Threshold, 1-1e-9))
	r.CosineAt, r.Floor = &at, d.floor
}

// sameNoise is how many times as many strangers a generated picture has as a
// photograph, as it were: generators that start from the same noise give pictures of
// different prompts one layout and one palette. They never count for more than two of
// one prompt do. Looked at on 821 pictures of eight generators: docs/dedup.md.
const sameNoise = 100

// madeApart tells pairs of generated pictures, which were made apart by what is
// recorded of them, and how near such pictures have to be to count as copies all the
// same. Whoever generates makes several from one prompt: those look alike most.
func (d *deduping) madeApart() func(a, b int) func(cosine float64) float64 {
	prompts := d.prompts()
	onePrompt, crowd := d.learnt.lookalikes.At, d.learnt.curve(max(strangersUncentred, sameNoise*len(d.images))).At
	twoPrompts := func(cosine float64) float64 { return min(onePrompt(cosine), crowd(cosine)) }
	return func(a, b int) func(cosine float64) float64 {
		switch {
		case prompts[a] == 0 || prompts[b] == 0:
			return nil
		case prompts[a] == prompts[b]:
			return onePrompt
		}
		return twoPrompts
	}
}

// prompts numbers the recorded prompts of the images; 0 is none.
func (d *deduping) prompts() []int {
	number := map[string]int{"": 0}
	prompts := make([]int, len(d.images))
	for i := range d.images {
		p := normalPrompt(d.images[i].Prompt)
		if _, known := number[p]; !known {
			number[p] = len(number)
		}
		prompts[i] = number[p]
	}
	return prompts
}

// cosineFor returns the cosine that a score stands for.
func (d *deduping) cosineFor(score float64) float32 {
	if d.opt.Cosine {
		return float32(score)
	}
	return float32(d.learnt.curve(d.population()).Inverse(min(score, 1-1e-9)))
}

// clusters groups the images and puts the groups into the catalogue's form.
func (d *deduping) clusters(ctx context.Context) ([]catalog.Cluster, error) {
	candidates := make([]dedup.Candidate, len(d.images))
	for i := range d.images {
		candidates[i] = d.candidate(i)
	}
	c := dedup.Clustering{
		Pairs: d.pairs, Threshold: d.opt.Threshold, Linked: d.linked, Crowded: d.crowded, Rank: d.rank(candidates), Similarity: d.similarity,
		Likely: d.likely(),
	}
	verdicts, err := d.env.Catalog.PairVerdicts(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		a, okA := d.at[v.A]
		b, okB := d.at[v.B]
		switch {
		case !okA || !okB:
		case v.Kind == catalog.Same && (d.comparable(a, b) || d.former.together(a, b)):
			c.Same = append(c.Same, [2]int{a, b})
		case v.Kind == catalog.Distinct:
			c.Distinct = append(c.Distinct, [2]int{a, b})
		}
	}
	copied, err := d.copied(ctx)
	if err != nil {
		return nil, err
	}
	var out []catalog.Cluster
	for _, g := range dedup.Cluster(c) {
		out = append(out, d.cluster(g, candidates, copied))
	}
	return out, nil
}

// likely spares the exact look at pairs in a crowd that cannot reach the threshold.
func (d *deduping) likely() func(rows, cols []int) [][]int {
	at := float32(1)
	if d.scorer.Vectors != nil {
		at = d.linkAt() - curveSlack
	}
	return d.scorer.Likely(d.multiply, at, d.result.HashDistance)
}

// curveSlack is more than a curve's inverse can be wrong by.
const curveSlack = 1e-3

// rank orders the images by what makes a keeper.
func (d *deduping) rank(candidates []dedup.Candidate) []int {
	order := dedup.Rank(candidates, d.opt.Rules)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.precedence(b), d.precedence(a)) })
	return order
}

// comparable tells whether a and b may be a pair at all.
func (d *deduping) comparable(a, b int) bool {
	x, y := &d.images[a], &d.images[b]
	return (d.reference == nil || d.reference[a] != d.reference[b]) &&
		(d.opt.Within != "label" || x.Label == y.Label) && (d.opt.Within != "subject" || x.Subject == y.Subject)
}

// similarity is 0 for images that may be no pair.
func (d *deduping) similarity(a, b int) float64 {
	if !d.comparable(a, b) && !d.former.pairs[[2]int{min(a, b), max(a, b)}] {
		return 0
	}
	return d.scorer.Similarity(a, b)
}

func (d *deduping) cluster(g dedup.Group, candidates []dedup.Candidate, copied map[int]bool) catalog.Cluster {
	why := func(member int) string {
		switch p := d.precedence(g.Keeper); {
		case p == d.precedence(member):
		case p == 2:
			return "in the set that is compared with"
		default:
			return "what an earlier dedup kept"
		}
		_, text := dedup.Compare(d.opt.Rules, &candidates[g.Keeper], &candidates[member])
		return text
	}
	rule := why(g.Members[0].Index)
	stay := d.spread(&g, candidates, copied)
	out := catalog.Cluster{Kind: d.opt.Kind, Rule: rule, Keep: d.opt.Keep}
	out.Members = append(out.Members, catalog.Member{Image: d.images[g.Keeper].Image, Similarity: 1, Reason: rule})
	for place, m := range g.Members {
		reason := "the keeper is " + why(m.Index)
		switch {
		case m.BySame:
			reason = "the same by verdict"
		case place < stay:
			reason = d.stays(place)
		}
		out.Members = append(out.Members, catalog.Member{Image: d.images[m.Index].Image, Similarity: m.Similarity, Reason: reason})
	}
	return out
}
