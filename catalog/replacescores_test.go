package catalog

import "testing"

// Scores of an image among others are replaced as a whole, and the checks of single images leave them alone.
func TestReplaceScores(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	if has := must(c.HasScores(t.Context(), IssueOutlier))(t); has {
		t.Error("scored before anything was")
	}
	for _, scores := range [][]Score{{{ids[0], .2}, {ids[1], .995}}, {{ids[1], .5}, {ids[2], .99}}} {
		if err := c.ReplaceScores(t.Context(), IssueOutlier, .99, scores); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SaveChecks(t.Context(), 1, []Checked{{Image: ids[1], Issues: []Issue{{Name: "dark", Score: .1, Threshold: .5}}}}); err != nil {
		t.Fatal(err)
	}
	got := must(c.IssueScores(t.Context(), IssueOutlier))(t)
	if len(got) != 2 || got[ids[1]].Score != .5 || got[ids[1]].Flagged || !got[ids[2]].Flagged {
		t.Errorf("%+v", got)
	}
	if is := must(c.Issues(t.Context(), ids[1]))(t); len(is) != 2 {
		t.Errorf("%+v", is)
	}
}
