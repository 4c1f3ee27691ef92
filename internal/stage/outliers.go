package stage

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/neighbours"
)

// OutlierOptions say how outliers are looked for.
type OutlierOptions struct {
	Model    string  // as --model has it, "" for the encoder inside the binary that sees scenes
	MinScore float64 // from which an image is listed
	Limit    int     // of the list; 0 = all
}

// Outlier is an image that is unlike all others.
type Outlier struct {
	Path     string          `json:"path"`
	Score    float64         `json:"score"`    // 0 to 1
	Distance float64         `json:"distance"` // mean of 1 minus the cosine to the nearest ten
	Nearest  *string         `json:"nearest"`  // the image it is most alike
	ID       catalog.ImageID `json:"id"`
	Status   catalog.Status  `json:"status"`
	Label    *string         `json:"label"`
	Subject  *string         `json:"subject"`
}

// LookResult says what a list was made from.
type LookResult struct {
	Images     int // judged
	Reached    int // at or above the least score, removed copies included
	Model      string
	Layers     string
	Resolution int
	NoGroups   string // what dedup has not looked at, so that copies may hide each other; "" if nothing
	Unreadable []UnusableInput
	Seconds    float64
}

func (l *looked) result(judged int) LookResult {
	m := l.embedded
	return LookResult{Images: judged, Model: m.Model, Layers: m.Layers, Resolution: m.Resolution, NoGroups: l.notice, Unreadable: m.Unreadable}
}

// OutlierFrom is the score from which an image is flagged, whatever is listed.
const OutlierFrom = 0.99

// outlierNeighbours is how many neighbours a distance is the mean of.
const outlierNeighbours = 10

// Outliers scores every image by its distance to its nearest ten, copies and pictures of its own prompt apart, and saves the scores as the
// issue "outlier". It returns those at or above the least score, oddest first.
func Outliers(ctx context.Context, e *Env, o OutlierOptions, v catalog.View) ([]Outlier, LookResult, error) {
	began := time.Now()
	l, err := look(ctx, e, cmp.Or(o.Model, sceneEncoder))
	if err != nil {
		return nil, LookResult{}, err
	}
	r := l.result(len(l.images))
	near, err := l.nearest(ctx, e, outlierNeighbours)
	if err != nil {
		return nil, r, err
	}
	odd := neighbours.Outliers(near)
	if n := len(near) - lonely(near); n < neighbours.Fewest {
		e.Notice("%d pictures with others to compare them with are too few to say what is usual: no score is given under %d", n, neighbours.Fewest)
	}
	scores := make([]catalog.Score, len(odd))
	var out []Outlier
	for i, s := range odd {
		im := l.images[i]
		scores[i] = catalog.Score{Image: im.ID, Value: s.Score}
		if s.Score < o.MinScore {
			continue
		}
		r.Reached++
		if listed(im.Status) && !math.IsNaN(s.Distance) {
			out = append(out, l.outlier(i, s, near[i], v))
		}
	}
	if err := e.Catalog.ReplaceScores(ctx, catalog.IssueOutlier, OutlierFrom, scores); err != nil {
		return nil, r, err
	}
	slices.SortFunc(out, func(a, b Outlier) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Distance, a.Distance), cmp.Compare(a.ID, b.ID))
	})
	r.Seconds = time.Since(began).Seconds()
	return firstOf(out, o.Limit), r, nil
}

// lonely counts the pictures without any neighbour.
func lonely(near [][]neighbours.Neighbour) (n int) {
	for _, list := range near {
		if len(list) == 0 {
			n++
		}
	}
	return n
}

func (l *looked) outlier(i int, s neighbours.Oddness, near []neighbours.Neighbour, v catalog.View) Outlier {
	im := l.images[i]
	out := Outlier{Path: v.Show(im.Path), Score: s.Score, Distance: s.Distance, ID: im.ID, Status: im.Status, Label: orNull(im.Label),
		Subject: orNull(im.Subject)}
	if len(near) > 0 {
		out.Nearest = orNull(v.Show(l.images[near[0].Index].Path))
	}
	return out
}

// firstOf is the start of a list; limit 0 is all of it.
func firstOf[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}

// nearest finds the k nearest pictures of each, on the device.
func (l *looked) nearest(ctx context.Context, e *Env, k int) ([][]neighbours.Neighbour, error) {
	if len(l.images) == 0 {
		return nil, nil
	}
	m, err := e.newMultiplier(ctx, l.dim)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	h := neighbours.Heap{Rows: l.rows, Dim: l.dim, Group: l.group}
	h.Scale()
	task := e.Progress.Start("compare", h.Comparisons(), "pairs")
	defer task.Done()
	return h.Nearest(ctx, k, m, task.Add)
}
