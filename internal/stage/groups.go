package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
)

// The reasons to keep images together, as `split --group-by` has them.
const (
	byCluster = "cluster"
	byPrompt  = "prompt"
)

// twinScore is the similarity from which two pictures are kept together: that they
// are copies is likelier than not, which is enough for a figure to be wrong.
const twinScore = 0.5

// imageGroups ties together the images that ought to be in one part: what dedup
// found to be alike, and pictures of one prompt. It goes through all images, since
// removed ones join others too. missing says what dedup has not looked at, "" if it
// looked at all.
func imageGroups(ctx context.Context, e *Env, by []string) (t *ties, missing string, err error) {
	t = newTies()
	if slices.Contains(by, byPrompt) {
		if err := t.tiePrompts(ctx, e); err != nil {
			return nil, "", err
		}
	}
	if slices.Contains(by, byCluster) {
		missing, err = t.tieCopies(ctx, e)
	}
	return t, missing, err
}

// normalPrompt is a prompt without what does not make it another one.
func normalPrompt(p string) string { return strings.Join(strings.Fields(strings.ToLower(p)), " ") }

func (t *ties) tiePrompts(ctx context.Context, e *Env) error {
	first := map[string]catalog.ImageID{}
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{}) {
		if err != nil {
			return err
		}
		p := normalPrompt(row.Prompt)
		if p == "" {
			continue
		}
		if _, known := first[p]; !known {
			first[p] = row.ID
		}
		t.tie(first[p], row.ID)
	}
	return nil
}

// tieCopies ties pairs of twins and the members of clusters.
func (t *ties) tieCopies(ctx context.Context, e *Env) (missing string, err error) {
	past, err := copyRuns(ctx, e)
	if err != nil {
		return "", err
	}
	if len(past) > 0 {
		for p, err := range e.Catalog.Pairs(ctx, catalog.PairFilter{Kind: catalog.CopyPair, MinScore: past[0].twins()}) {
			if err != nil {
				return "", err
			}
			t.tie(p.A, p.B)
		}
	}
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for cluster, err := range e.Catalog.Clusters(ctx, catalog.ClusterFilter{Kind: kind}) {
			if err != nil {
				return "", err
			}
			for _, m := range cluster.Members[1:] {
				t.tie(cluster.Members[0].Image, m.Image)
			}
		}
	}
	return notCompared(past), nil
}

// notCompared says what the runs of dedup have not compared. One that compared all
// leaves evidence that later ones keep.
func notCompared(past []dedupSettings) string {
	if len(past) == 0 {
		return "dedup has not run"
	}
	if slices.ContainsFunc(past, func(s dedupSettings) bool { return s.limits() == "" }) {
		return ""
	}
	return "dedup has only looked " + past[0].limits()
}

// dedupSettings is what is needed of the settings of a run of dedup.
type dedupSettings struct {
	Threshold     float64
	Kind          catalog.PairKind
	Score, Within string
	Against       []string
}

// twins is the score from which pairs count as twins.
func (s dedupSettings) twins() float64 {
	if s.Score == "cosine" {
		return s.Threshold
	}
	return min(s.Threshold, twinScore)
}

// limits says which pairs the run looked at, "" for all.
func (s dedupSettings) limits() string {
	switch {
	case len(s.Against) > 0:
		return "for copies of what lies under " + strings.Join(s.Against, ", ")
	case s.Within != "":
		return "for copies within each " + s.Within
	}
	return ""
}

// copyRuns returns the finished searches for copies, newest first.
func copyRuns(ctx context.Context, e *Env) ([]dedupSettings, error) {
	runs, err := e.Catalog.Runs(ctx, "dedup", 0)
	if err != nil {
		return nil, err
	}
	var out []dedupSettings
	for _, r := range runs {
		var s dedupSettings
		if err := json.Unmarshal(r.Settings, &s); err != nil {
			return nil, fmt.Errorf("settings of run %s: %w", r.Name, err)
		}
		if r.Status == catalog.Done && s.Kind == catalog.CopyPair {
			out = append(out, s)
		}
	}
	return out, nil
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
