package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/metrics"
)

// chartsOfBoth lays the curves of two runs over each other, by epoch where both have
// gone through several.
func (s *Server) chartsOfBoth(a, b stage.RunInfo) (out []*chart) {
	ca, errA := s.runs.Curve(a)
	cb, errB := s.runs.Curve(b)
	if errA != nil || errB != nil {
		return nil // the pages of the runs say what is wrong
	}
	both := func(title, unit, value string) {
		epochs := a.Said("mode") != stage.ModeProbe && b.Said("mode") != stage.ModeProbe && a.Kind == "train"
		x := "step"
		if epochs {
			x = "epoch"
		}
		ax, ay := ca.Series(value, epochs)
		bx, by := cb.Series(value, epochs)
		if c := newChart(title, x, unit, chartLine{Name: a.Name, X: ax, Y: ay}, chartLine{Name: b.Name, X: bx, Y: by}); c != nil {
			out = append(out, c)
		}
	}
	if a.Kind == "descriptor" {
		both("Loss", "loss", "loss")
		both("Average precision, edits it makes", "AP", "known.ap")
		both("Average precision, edits it never makes", "AP", "unseen.ap")
		return out
	}
	both("Training loss", "cross-entropy", "loss")
	both("Loss on what was judged", "cross-entropy", "eval_loss")
	both("Accuracy on what was judged", "accuracy", "eval_accuracy")
	return out
}

// bothSettings lists what is said of either run; what differs comes first.
func bothSettings(a, b stage.RunInfo) []pairOf {
	return settingPairs(a.Settings, b.Settings, func(name string) bool { return name != "key" && name != "command" })
}

// bothFigures lists the figures of two runs that have not judged the same pictures.
func bothFigures(a, b stage.RunInfo) []pairOf {
	names := map[string][]string{
		"train":      {"loss", "accuracy", "f1", "precision", "recall", "auc", "seconds", "images_per_second"},
		"descriptor": {"best.known.ap", "best.known.recall", "best.unseen.ap", "best.unseen.recall", "seconds"},
		"dedup":      dedupFigures,
	}
	var out []pairOf
	for _, name := range names[a.Kind] {
		x, okA := a.Figure(name)
		y, okB := b.Figure(name)
		if !okA || !okB {
			continue
		}
		change := fmt.Sprintf("%+.3f", y-x)
		if a.Kind == "dedup" {
			change = fmt.Sprintf("%+.0f", y-x)
		}
		out = append(out, pairOf{Name: name, A: shortFigure(a, x), B: shortFigure(b, y), Change: change})
	}
	return out
}

func settingPairs(a, b []byte, take func(string) bool) []pairOf {
	values := map[string]string{}
	for _, x := range stage.Settings(b) {
		values[x.Name] = x.Value
	}
	var out []pairOf
	for _, x := range stage.Settings(a) {
		if take(x.Name) {
			out = append(out, newPair(x.Name, x.Value, values[x.Name]))
		}
		delete(values, x.Name)
	}
	for _, x := range stage.Settings(b) {
		if _, only := values[x.Name]; only && take(x.Name) {
			out = append(out, newPair(x.Name, "", x.Value))
		}
	}
	slices.SortStableFunc(out, func(x, y pairOf) int {
		switch {
		case x.Differs == y.Differs:
			return 0
		case x.Differs:
			return -1
		}
		return 1
	})
	return out
}

func newPair(name, a, b string) pairOf { return pairOf{Name: name, A: a, B: b, Differs: a != b} }

// fillPaired compares the answers of both models to the same pictures, where both were
// judged on a set of one kind.
func (s *Server) fillPaired(r *http.Request, c *twoRuns) error {
	as, err := s.runs.Sets(r.Context(), c.A)
	if err != nil {
		return err
	}
	bs, err := s.runs.Sets(r.Context(), c.B)
	if err != nil {
		return err
	}
	var shared [][2]stage.AnswerSet
	for _, x := range as {
		if i := slices.IndexFunc(bs, func(y stage.AnswerSet) bool { return y.Key == x.Key }); i >= 0 {
			shared = append(shared, [2]stage.AnswerSet{x, bs[i]})
		}
	}
	at := slices.IndexFunc(shared, func(p [2]stage.AnswerSet) bool { return p[0].Key == r.URL.Query().Get("on") })
	if len(shared) == 0 {
		return nil
	}
	at = max(at, 0)
	for i, p := range shared {
		c.Sets = append(c.Sets, setTab{setName(p[0]), compareAddress(c, p[0].Key), i == at})
	}
	c.On = shared[at][0].On
	return s.pair(r, c, shared[at])
}

func (s *Server) pair(r *http.Request, c *twoRuns, sets [2]stage.AnswerSet) error {
	a, err := s.runs.Answers(c.A, sets[0])
	if err != nil {
		c.Fault = answersFault(err, s.shown(sets[0].Dir), sets[0], c.A)
		return nil
	}
	b, err := s.runs.Answers(c.B, sets[1])
	if err != nil {
		c.Fault = answersFault(err, s.shown(sets[1].Dir), sets[1], c.B)
		return nil
	}
	p := stage.Pair(a, b, a.Predictions.Classes[a.Predictions.Positive])
	if p.N == 0 {
		c.Fault = "No picture was judged by both, so their figures cannot be held against each other."
		return nil
	}
	c.Paired, c.P, c.Verdict = &p, stage.Chance(p.P), verdictOf(c, p)
	p.A.Each(func(name string, x *metrics.Value) {
		p.B.Each(func(other string, y *metrics.Value) {
			if name == other {
				c.Figures = append(c.Figures, pairOf{Name: name, A: valueText(*x), B: valueText(*y), Change: fmt.Sprintf("%+.3f", float64(*y-*x))})
			}
		})
	})
	shown := p.Differ[:min(len(p.Differ), differShown)]
	c.More = len(p.Differ) - len(shown)
	var first []stage.Answer
	for _, d := range shown {
		first = append(first, d[0])
	}
	c.Differ, err = s.answerTiles(r, first)
	for i := range c.Differ {
		c.Differ[i].Other = &shown[i][1]
	}
	return err
}

// verdictOf says in words what the test says.
func verdictOf(c *twoRuns, p stage.Paired) string {
	better, n, m := c.A.Name, p.OnlyA, p.OnlyB
	if p.OnlyB > p.OnlyA {
		better, n, m = c.B.Name, p.OnlyB, p.OnlyA
	}
	switch {
	case n+m == 0:
		return "Both are right on the same pictures."
	case p.P < .05:
		return fmt.Sprintf("%s is better: it alone is right on %d pictures, the other alone on %d. Models of equal worth would hardly differ so.", better, n, m)
	}
	return fmt.Sprintf("That is no proof that either is better: one alone is right on %d pictures, the other alone on %d, which chance does too.", n, m)
}
