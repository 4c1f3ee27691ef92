package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/split"
)

// SplitOptions say how to split. GroupBy holds some of "cluster" and "prompt".
type SplitOptions struct {
	Command   string // for the journal
	Val, Test float64
	Seed      uint64
	GroupBy   []string
}

// SplitResult counts the images of each part. The label of unlabelled ones is "".
type SplitResult struct {
	Train    int                    `json:"train"`
	Val      int                    `json:"val"`
	Test     int                    `json:"test"`
	Groups   int                    `json:"groups"` // that stay together, single images included
	PerLabel map[string]LabelSplits `json:"per_label"`
	Moved    int                    `json:"moved"` // images that were in another part before
	Seconds  float64                `json:"seconds"`
}

// LabelSplits counts the images of one label.
type LabelSplits struct {
	Train int `json:"train"`
	Val   int `json:"val"`
	Test  int `json:"test"`
}

// Split puts every kept image into train, val or test: copies and pictures of one
// prompt together, every label and as far as possible every subject in the same
// shares, and no image that was in test before anywhere else.
func Split(ctx context.Context, e *Env, o SplitOptions) (SplitResult, error) {
	began := time.Now()
	s, err := newSplitting(ctx, e, o)
	if err != nil {
		return SplitResult{}, err
	}
	r, err := split.Assign(s.items, split.Options{Val: o.Val, Test: o.Test, Seed: o.Seed})
	if err != nil {
		return SplitResult{}, s.explain(ctx, err)
	}
	out := SplitResult{PerLabel: map[string]LabelSplits{}, Groups: r.Groups}
	var as []catalog.Assignment
	for i, part := range r.Parts {
		if !s.kept[i] {
			continue
		}
		as = append(as, catalog.Assignment{Image: s.ids[i], Split: catalog.Split(part)})
		out.count(s.items[i].Label, part)
		if s.items[i].Was != split.None && s.items[i].Was != part {
			out.Moved++
		}
	}
	if err := assign(ctx, e, o, as, out); err != nil {
		return SplitResult{}, err
	}
	out.Seconds = time.Since(began).Seconds()
	return out, nil
}

// kindSplit is the kind of the runs that made a split.
const kindSplit = "split"

// splitSettings are what the catalogue keeps of a split.
type splitSettings struct {
	Val     float64  `json:"val"`
	Test    float64  `json:"test"`
	Seed    uint64   `json:"seed"`
	GroupBy []string `json:"group_by"`
}

// assign writes the split down as the result of a run of its own.
func assign(ctx context.Context, e *Env, o SplitOptions, as []catalog.Assignment, r SplitResult) error {
	run, err := e.Catalog.StartRun(ctx, kindSplit, "", "", splitSettings{o.Val, o.Test, o.Seed, o.GroupBy})
	if err != nil {
		return err
	}
	err = e.Catalog.AssignSplits(ctx, o.Command, run.ID, as)
	return errors.Join(err, e.Catalog.FinishRun(ctx, run.ID, r, err))
}

func (r *SplitResult) count(label string, part split.Part) {
	l := r.PerLabel[label]
	switch part {
	case split.Train:
		r.Train++
		l.Train++
	case split.Val:
		r.Val++
		l.Val++
	case split.Test:
		r.Test++
		l.Test++
	}
	r.PerLabel[label] = l
}

// splitting gathers what is to be split.
type splitting struct {
	env   *Env
	ids   []catalog.ImageID
	items []split.Item
	kept  []bool // false: here only because it was in test, and ties others to it
}

func newSplitting(ctx context.Context, e *Env, o SplitOptions) (*splitting, error) {
	s := &splitting{env: e}
	was, err := e.Catalog.Splits(ctx)
	if err != nil {
		return nil, err
	}
	groups, missing, err := imageGroups(ctx, e, o.GroupBy)
	if err != nil {
		return nil, err
	}
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{}) {
		if err != nil {
			return nil, err
		}
		kept := row.Status == catalog.Kept
		if !kept && was[row.ID] != catalog.Test {
			continue
		}
		it := split.Item{Key: row.Hash.String(), Was: split.Part(was[row.ID])}
		if kept {
			it.Label, it.Subject = row.Label, row.Subject
		}
		if root, tied := groups.find(row.ID); tied {
			it.Groups = []string{fmt.Sprint(root)}
		}
		s.ids, s.items, s.kept = append(s.ids, row.ID), append(s.items, it), append(s.kept, kept)
	}
	if !slices.Contains(s.kept, true) {
		return nil, errors.New("there are no kept images to split")
	}
	if missing != "" {
		e.Notice("%s: copies may land in different parts (run curate dedup first)", missing)
	}
	return s, nil
}

// explain names the picture that an engine's error is about.
func (s *splitting) explain(ctx context.Context, err error) error {
	var g *split.GroupError
	if !errors.As(err, &g) {
		return err
	}
	for i, it := range s.items {
		if it.Key != g.Key {
			continue
		}
		locations, e := s.env.Catalog.Locations(ctx, s.ids[i])
		if e == nil && len(locations[s.ids[i]]) > 0 {
			g.Key = locations[s.ids[i]][0].Path
		}
	}
	return g
}
