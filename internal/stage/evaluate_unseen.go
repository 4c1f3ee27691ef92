package stage

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
)

// unseen takes from pictures those that the run has learnt from, by content, and
// with them whatever is in one group with such a one. left counts what was taken,
// nil if nobody can tell. The groups of the others are numbered.
func unseen(ctx context.Context, e *Env, run catalog.Run, s runSettings, o EvaluateOptions, pictures []judgedPicture) (rest []judgedPicture, left *int, err error) {
	known, err := readLearnt(run.Dir)
	if err != nil {
		return nil, nil, err
	}
	if err := findHashes(ctx, e, pictures); err != nil {
		return nil, nil, err
	}
	var not []catalog.Hash
	if known == nil {
		e.Notice("%s is not in %s: what run %s learnt from cannot be told, and may be among the pictures it is judged on", learntFile, run.Dir, run.Name)
	} else if not = known.train; !o.chosenOn(s) {
		not = append(not, known.chosen...)
	}
	if o.chosenOn(s) {
		e.Notice("the weights of %s were chosen by their figures on %s: they are too good, and no measure of new pictures", run.Name, o.Split)
	}
	hashes := not
	for _, p := range pictures {
		hashes = append(hashes, p.hash)
	}
	k, err := newKeys(ctx, e, hashes)
	if err != nil {
		return nil, nil, err
	}
	rest = leaveOut(k, not, pictures)
	if known == nil {
		return rest, nil, nil
	}
	n := len(pictures) - len(rest)
	if len(rest) == 0 {
		return nil, nil, fmt.Errorf("run %s has learnt from all the %d pictures, or from pictures of their groups: there is nothing to judge it on", run.Name, n)
	}
	if n > 0 {
		e.Notice("%d pictures are left out: run %s has learnt from them, or from pictures of their groups", n, run.Name)
	}
	return rest, &n, nil
}

// leaveOut returns the pictures that have no key in common with not, and gives
// those of one group the same number.
func leaveOut(k *keys, not []catalog.Hash, pictures []judgedPicture) []judgedPicture {
	seen, number := map[string]bool{}, map[string]int{}
	for _, h := range not {
		seen[k.of(h)] = true
	}
	var rest []judgedPicture
	for _, p := range pictures {
		key := p.id // what cannot be read has no hash, and is told of later
		if !p.hash.IsZero() {
			key = k.of(p.hash)
		}
		if seen[key] {
			continue
		}
		if _, known := number[key]; !known {
			number[key] = len(number)
		}
		p.group = number[key]
		rest = append(rest, p)
	}
	return rest
}

// chosenOn tells whether the split that is judged is the one by which the run's
// weights were chosen.
func (o EvaluateOptions) chosenOn(s runSettings) bool {
	by := map[string]catalog.Split{"validation": catalog.Val, "test": catalog.Test}[s.JudgedOn]
	return o.Folder == "" && catalog.Split(o.Split) == by
}

// findHashes reads the pictures whose content is not known.
func findHashes(ctx context.Context, e *Env, pictures []judgedPicture) error {
	files := newOriginals()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(e.workers())
	for i := range pictures {
		p := &pictures[i]
		if p.hash = p.work.Hash; !p.hash.IsZero() {
			continue
		}
		g.Go(func() error {
			if data, err := files.read(p.work); err == nil {
				p.hash = sha256.Sum256(data)
			}
			return gctx.Err()
		})
	}
	return errors.Join(g.Wait(), files.Close())
}
