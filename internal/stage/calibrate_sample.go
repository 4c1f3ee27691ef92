package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

var errFewPictures = errors.New("calibrate: too few pictures")

// chooseImages returns the sample: the images whose content hashes come first after the
// seed is mixed in, so that it does not depend on the order of ingest. A copy would be
// taken for a stranger, so there is one image of each cluster, and none that was removed.
func chooseImages(ctx context.Context, e *Env, o CalibrateOptions) ([]catalog.Candidate, error) {
	chosen, _, err := chooseOf(ctx, e, o)
	return chosen, err
}

// chooseOf also says how many images the catalogue has that dedup would compare.
func chooseOf(ctx context.Context, e *Env, o CalibrateOptions) (chosen []catalog.Candidate, images int, err error) {
	copies, err := knownCopies(ctx, e)
	if err != nil {
		return nil, 0, err
	}
	for c, err := range e.Catalog.Candidates(ctx) {
		if err != nil {
			return nil, 0, err
		}
		images++
		if c.Fate != catalog.Remove && !copies[c.Image] {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) < fewestPictures {
		return nil, 0, tooFew(len(chosen))
	}
	order := func(c *catalog.Candidate) uint64 { return seededOrder(o.Seed, c.Hash[:]) }
	slices.SortFunc(chosen, func(a, b catalog.Candidate) int { return cmp.Compare(order(&a), order(&b)) })
	return chosen[:min(len(chosen), o.Pictures)], images, nil
}

func tooFew(usable int) error {
	return fmt.Errorf("%w: the catalogue has %d usable ones, at least %d are needed that are no copies of each other", errFewPictures, usable, fewestPictures)
}

// knownCopies returns what is removed, and of each cluster all but one.
func knownCopies(ctx context.Context, e *Env) (map[catalog.ImageID]bool, error) {
	copies := map[catalog.ImageID]bool{}
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Removed}}) {
		if err != nil {
			return nil, err
		}
		copies[row.ID] = true
	}
	for cluster, err := range e.Catalog.Clusters(ctx, catalog.ClusterFilter{}) {
		if err != nil {
			return nil, err
		}
		for _, m := range cluster.Members {
			if m.Image != cluster.Keeper {
				copies[m.Image] = true
			}
		}
	}
	return copies, nil
}

// withoutCopies leaves out of the sample what looks like a copy of another of its
// pictures, by its hash or to the known model: dedup may not have run yet.
func (s *editedSet) withoutCopies(known *spaceModel) (*editedSet, error) {
	var heap *sampleHeap
	if known != nil {
		var err error
		if heap, err = s.inHeap(known); err != nil {
			return nil, err
		}
	}
	pictures := s.samples.Pictures()
	again := map[int]bool{}
	for i, rows := range pictures {
		for k, other := range pictures[:i] {
			a, b := s.hashes[rows[0]], s.hashes[other[0]]
			bits, _ := dedup.Distance(a, b)
			alike := bits <= nearlyEqual && !a.Flat() && !b.Flat()
			if alike || heap != nil && !s.alike(s.samples.Picture[rows[0]], s.samples.Picture[other[0]]) && heap.copies(i, k) {
				again[s.samples.Picture[rows[0]]] = true
			}
		}
	}
	if left := len(pictures) - len(again); left < fewestPictures {
		return nil, tooFew(left)
	}
	out := *s
	out.samples, out.hashes = new(calibrate.Samples), nil
	for i, p := range s.samples.Picture {
		if !again[p] {
			out.samples.Add(p, s.samples.Row(i))
			out.hashes = append(out.hashes, s.hashes[i])
		}
	}
	return &out, nil
}
