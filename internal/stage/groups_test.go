package stage

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// marks records a run of dedup with what it found, and keeps all images.
func (h *heap) marks(settings map[string]any, pairs []catalog.Pair, clusters ...[]catalog.ImageID) {
	h.Helper()
	c, kind := h.env.Catalog, settings["kind"].(catalog.PairKind)
	run, err := c.StartRun(h.Context(), "dedup", "", "", settings)
	if err != nil {
		h.Fatal(err)
	}
	m := catalog.Marks{Kind: kind, Run: run.ID, Threshold: .9, Pairs: func(yield func(catalog.Pair) bool) {
		for _, p := range pairs {
			if !yield(p) {
				return
			}
		}
	}}
	for _, ids := range clusters {
		g := catalog.Cluster{Kind: kind, Rule: "first", Keep: len(ids)}
		for _, id := range ids {
			g.Members = append(g.Members, catalog.Member{Image: id, Similarity: 1, Reason: "first"})
		}
		m.Clusters = append(m.Clusters, g)
	}
	_, err = c.ReplaceMarks(h.Context(), "test", m)
	if err := errors.Join(err, c.FinishRun(h.Context(), run.ID, nil, err)); err != nil {
		h.Fatal(err)
	}
}

// Look-alikes stay together, and the notice says that copies were not sought.
func TestSplitKeepsSimilarImagesTogetherWithoutCopies(t *testing.T) {
	h := splitHeap(t, 40)
	var notices []string
	h.env.Notice = func(format string, args ...any) { notices = append(notices, fmt.Sprintf(format, args...)) }
	var alike []catalog.ImageID
	for i := range 4 {
		alike = append(alike, h.id(fmt.Sprintf("real/%03d.png", 2*i)))
	}
	h.marks(map[string]any{"kind": catalog.SimilarPair, "threshold": .9, "score": "similarity"}, nil, alike)
	r, err := h.split(SplitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Groups != 37 {
		t.Errorf("%d groups, want the four look-alikes in one", r.Groups)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "dedup has not run") {
		t.Errorf("notices %q", notices)
	}
}

func TestSplitSaysWhatDedupHasNotLookedAt(t *testing.T) {
	full := map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity"}
	within := map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity", "within": "label"}
	against := map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity", "against": []string{"/test"}}
	for name, c := range map[string]struct {
		runs []map[string]any
		want string
	}{
		"all":            {[]map[string]any{full}, ""},
		"within":         {[]map[string]any{within}, "within each label"},
		"against":        {[]map[string]any{within, against}, "under /test"},
		"within, later":  {[]map[string]any{full, within}, ""},
		"within, before": {[]map[string]any{within, full}, ""},
	} {
		h := splitHeap(t, 20)
		var notices []string
		h.env.Notice = func(format string, args ...any) { notices = append(notices, fmt.Sprintf(format, args...)) }
		for _, s := range c.runs {
			h.marks(s, nil)
		}
		if _, err := h.split(SplitOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(notices, "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: notices %q", name, got)
		}
	}
}
