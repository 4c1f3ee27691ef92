package train

import (
	"math"

	"github.com/curate/curate/train/metrics"
)

// Metrics lists what the best weights can be chosen by.
func Metrics() []string { return []string{"loss", "accuracy", "f1", "auc"} }

// metric is the name of the figure that a run is chosen by.
func (t *Tuning) metric() string {
	if t.Metric == "" {
		return "loss"
	}
	return t.Metric
}

// figure is what a run is chosen by; a loss counts from above, so that more is
// better. What is undefined is worst.
func (t *Tuning) figure(s metrics.Scores) float64 {
	v := float64(map[string]metrics.Value{"loss": -s.Loss, "accuracy": s.Accuracy, "f1": s.F1, "auc": s.AUC}[t.metric()])
	if math.IsNaN(v) {
		return math.Inf(-1)
	}
	return v
}

// better tells whether the figures of a are better than those of b. Where the
// metric cannot tell, as accuracy often cannot, the loss does.
func (t *Tuning) better(a, b metrics.Scores) bool {
	if x, y := t.figure(a), t.figure(b); x != y {
		return x > y
	}
	return a.Loss < b.Loss
}

// stopped tells whether the last Patience rows brought nothing better.
func (r *run) stopped() bool {
	return r.Patience > 0 && len(r.Val) > 0 && r.state.BestRow >= 0 && len(r.state.Rows)-1-r.state.BestRow >= r.Patience
}
