package train

import (
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/track"
)

// Row is a line of the table of a run: the state after an epoch.
type Row struct {
	Epoch     float64        `json:"epoch"`
	Step      int            `json:"step"`
	TrainLoss metrics.Value  `json:"train_loss"` // mean over the epoch, while it went on
	Eval      metrics.Scores `json:"eval"`       // N is 0 where nothing was judged
}

// Result is what a run leaves.
type Result struct {
	Mode    string // one of the Mode constants
	Model   *vit.Model
	Rows    []Row
	Chosen  int                  // the row whose weights Model has, -1 if there is none
	Judged  *metrics.Predictions // of those weights; nil where nothing was judged
	Points  []track.Point
	Steps   int
	Micro   int     // pictures in memory at once
	Planned int64   // bytes that the run was expected to take at its peak
	Seconds float64 // of all parts of the run together
	Rate    float64 // pictures learnt from per second
	Device  string
	Penalty float64 // of a probe's weights
	Metric  string  // what Chosen was chosen by
	Early   bool    // the run ended before its last epoch, because nothing became better
}

// Best returns the chosen row; without one, an empty one.
func (r *Result) Best() Row {
	if r.Chosen < 0 {
		return Row{}
	}
	return r.Rows[r.Chosen]
}
