package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// OutOfFold returns what classifiers say of pictures that they have not seen: for each fold, one is fitted on all others, by multinomial
// logistic regression on standardised features, with the given penalty (see Probe). fold has the fold of each picture, from 0 on; pictures
// that are copies of each other belong in one (see DealFolds). The result has a row of classes chances for each picture, which sum to 1; a class that none
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

// DealFolds deals groups of pictures over folds so that every class is in each fold about as often, as far as whole groups allow: the
// largest group first, each to the fold that has least of its classes, then least of all (the way of scikit-learn's StratifiedGroupKFold).
// class and group are those of each picture, classes from 0 on. Groups of one size are dealt in the order of their first pictures, so the
// order of the pictures is all that the result hangs on. It returns the fold of each picture.
func DealFolds(class, group []int, folds int) []int {
	number, size, total := map[int]int{}, []int{}, map[int]int{}
	held := []map[int]int{} // of each group, the pictures of each class
	for i, g := range group {
		k, known := number[g]
		if !known {
			k, number[g] = len(size), len(size)
			size, held = append(size, 0), append(held, map[int]int{})
		}
		size[k]++
		held[k][class[i]]++
		total[class[i]]++
	}
	order := make([]int, len(size))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[b], size[a]) })
	d := dealt{class: make([]map[int]int, folds), size: make([]int, folds), total: total}
	to := make([]int, len(size))
	for _, k := range order {
		to[k] = d.put(held[k], size[k])
	}
	out := make([]int, len(group))
	for i, g := range group {
		out[i] = to[number[g]]
	}
	return out
}

// dealt is what the folds hold so far.
type dealt struct {
	class []map[int]int // of each fold, the pictures of each class
	size  []int
	total map[int]int // pictures of each class in all
}

// put gives a group to the fold that needs it most, and returns that fold.
func (d *dealt) put(held map[int]int, size int) int {
	best, least := 0, math.Inf(1)
	for k := range d.class {
		full := d.share(k, held)
		if full < least || full == least && d.size[k] < d.size[best] {
			best, least = k, full
		}
	}
	if d.class[best] == nil {
		d.class[best] = map[int]int{}
	}
	for c, n := range held {
		d.class[best][c] += n
	}
	d.size[best] += size
	return best
}

// share is how much of a group's classes a fold has already, each against what there is of the class. Classes are added up in order:
// the last digit of a sum decides between folds that are level.
func (d *dealt) share(fold int, held map[int]int) float64 {
	sum := 0.0
	for _, c := range slices.Sorted(maps.Keys(held)) {
		n := float64(d.total[c])
		sum += float64(held[c]) / n * float64(d.class[fold][c]) / n
	}
	return sum
}
