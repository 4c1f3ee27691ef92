package train

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// OutOfFold returns what classifiers say of pictures that they have not seen: for each fold, one is fitted on all others, by multinomial
// logistic regression on standardised features, with the given penalty (see Probe). fold has the fold of each picture, from 0 on; pictures
// that are copies of each other belong in one. The result has a row of classes chances for each picture, which sum to 1; a class that none
// of the others had has a chance of nearly 0. The same input gives the same chances.
func OutOfFold(ctx context.Context, f Features, classes int, fold []int, penalty float64, threads int) ([]float64, error) {
	n := len(f.Label)
	if len(fold) != n || len(f.Rows) != n*f.Dim {
		return nil, fmt.Errorf("judge out of fold: %d pictures, %d folds, %d values of %d each", n, len(fold), len(f.Rows), f.Dim)
	}
	folds := 0
	for _, k := range fold {
		folds = max(folds, k+1)
	}
	out := make([]float64, n*classes)
	for k := range folds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := judgeFold(f, classes, fold, k, penalty, threads, out); err != nil {
			return nil, fmt.Errorf("judge out of fold: %w", err)
		}
	}
	return out, nil
}

// judgeFold fits on all folds but k and fills in the chances of fold k.
func judgeFold(f Features, classes int, fold []int, k int, penalty float64, threads int, out []float64) error {
	var learnt, held Features
	var at []int
	learnt.Dim, held.Dim = f.Dim, f.Dim
	for i, l := range f.Label {
		into := &learnt
		if fold[i] == k {
			into, at = &held, append(at, i)
		}
		into.Rows, into.Label = append(into.Rows, f.Rows[i*f.Dim:(i+1)*f.Dim]...), append(into.Label, l)
	}
	if len(at) == 0 {
		return nil
	}
	if len(learnt.Label) == 0 {
		return errors.New("all pictures are in one fold")
	}
	scale := standardise(learnt)
	fit := newLogistic(scale.apply(learnt), learnt, classes, threads)
	if _, _, err := fit.minimise(penalty); err != nil {
		return err
	}
	x := scale.apply(held)
	for r, i := range at {
		p := out[i*classes : (i+1)*classes]
		fit.scores(fit.w, x[r*f.Dim:(r+1)*f.Dim], p)
		for c, v := range p {
			p[c] = math.Exp(v)
		}
	}
	return nil
}
