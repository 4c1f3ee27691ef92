package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	if err := e.Catalog.AssignSplits(ctx, o.Command, 0, as); err != nil {
		return SplitResult{}, err
	}
	out.Seconds = time.Since(began).Seconds()
	return out, nil
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
	at    map[catalog.ImageID]int
}

func newSplitting(ctx context.Context, e *Env, o SplitOptions) (*splitting, error) {
	s := &splitting{env: e, at: map[catalog.ImageID]int{}}
	was, err := e.Catalog.Splits(ctx)
	if err != nil {
		return nil, err
	}
	byPrompt := slices.Contains(o.GroupBy, "prompt")
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
		if p := normalPrompt(row.Prompt); byPrompt && p != "" {
			it.Groups = append(it.Groups, "prompt "+p)
		}
		s.at[row.ID] = len(s.items)
		s.ids, s.items, s.kept = append(s.ids, row.ID), append(s.items, it), append(s.kept, kept)
	}
	if !slices.Contains(s.kept, true) {
		return nil, errors.New("there are no kept images to split")
	}
	if slices.Contains(o.GroupBy, "cluster") {
		return s, s.groupCopies(ctx)
	}
	return s, nil
}

// normalPrompt is a prompt without what does not make it another one.
func normalPrompt(p string) string { return strings.Join(strings.Fields(strings.ToLower(p)), " ") }

// twinScore is the similarity from which two pictures are kept together: that they
// are copies is likelier than not, which is enough for a figure to be wrong.
const twinScore = 0.5

// groupCopies ties together what dedup found to be alike, also through images that
// are removed, and what its clusters hold.
func (s *splitting) groupCopies(ctx context.Context) error {
	c := s.env.Catalog
	from, ran, err := s.pairsFrom(ctx)
	if err != nil {
		return err
	}
	if !ran {
		s.env.Notice("dedup has not run: copies may land in different parts (run curate dedup first)")
		return nil
	}
	ties := newTies()
	for p, err := range c.Pairs(ctx, catalog.PairFilter{Kind: catalog.CopyPair, MinScore: from}) {
		if err != nil {
			return err
		}
		ties.tie(p.A, p.B)
	}
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for cluster, err := range c.Clusters(ctx, catalog.ClusterFilter{Kind: kind}) {
			if err != nil {
				return err
			}
			for _, m := range cluster.Members[1:] {
				ties.tie(cluster.Members[0].Image, m.Image)
			}
		}
	}
	for id, i := range s.at {
		if root, tied := ties.find(id); tied {
			s.items[i].Groups = append(s.items[i].Groups, fmt.Sprint("copies ", root))
		}
	}
	return nil
}

// pairsFrom returns the score from which pairs of the last dedup count as twins.
func (s *splitting) pairsFrom(ctx context.Context) (from float64, ran bool, err error) {
	runs, err := s.env.Catalog.Runs(ctx, "dedup", 0)
	if err != nil {
		return 0, false, err
	}
	for _, r := range runs {
		var set struct {
			Threshold   float64
			Kind, Score string
		}
		if err := json.Unmarshal(r.Settings, &set); err != nil {
			return 0, false, fmt.Errorf("settings of run %s: %w", r.Name, err)
		}
		switch {
		case r.Status != catalog.Done || set.Kind != string(catalog.CopyPair):
			continue
		case set.Score == "cosine":
			return set.Threshold, true, nil
		}
		return min(set.Threshold, twinScore), true, nil
	}
	return 0, false, nil
}

// ties joins images, whatever their numbers are.
type ties struct {
	parent map[catalog.ImageID]catalog.ImageID
}

func newTies() *ties { return &ties{map[catalog.ImageID]catalog.ImageID{}} }

func (t *ties) tie(a, b catalog.ImageID) {
	for _, x := range []catalog.ImageID{a, b} {
		if _, ok := t.parent[x]; !ok {
			t.parent[x] = x
		}
	}
	x, _ := t.find(a)
	y, _ := t.find(b)
	t.parent[max(x, y)] = min(x, y)
}

// find returns the image that stands for x's group; tied is false for one alone.
func (t *ties) find(x catalog.ImageID) (root catalog.ImageID, tied bool) {
	if _, ok := t.parent[x]; !ok {
		return x, false
	}
	for t.parent[x] != x {
		t.parent[x] = t.parent[t.parent[x]]
		x = t.parent[x]
	}
	return x, true
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
