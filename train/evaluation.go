package train

import (
	"fmt"

	"github.com/curate/curate/train/metrics"
)

// Known is what is known of judged pictures beside their labels, in the order of the
// predictions.
type Known struct {
	// Group numbers pictures so that what belongs together (copies, pictures of one
	// prompt) has the same number: intervals draw groups as a whole. Nil: each its own.
	Group []int
	By    map[string][]string // for a field such as source, its value for each picture
}

// check returns an error where something is not known of each of n pictures.
func (k Known) check(n int) error {
	if k.Group != nil && len(k.Group) != n {
		return fmt.Errorf("judge predictions: %d groups for %d pictures", len(k.Group), n)
	}
	for field, values := range k.By {
		if len(values) != n {
			return fmt.Errorf("judge predictions: the %s of %d pictures for %d", field, len(values), n)
		}
	}
	return nil
}

// Evaluation is what a model's answers for a set of pictures are worth.
type Evaluation struct {
	Predictions *metrics.Predictions
	Scores      metrics.Scores
	Intervals   map[string]metrics.Interval // 95%, of every figure
	Per         map[string][]metrics.Group  // figures by the values of a field

	Threshold     float64 // of the positive class, that balanced accuracy is taken at
	ThresholdFrom string  // what it was chosen on; "": it is one half
	Balanced      metrics.Value
	BalancedCI    metrics.Interval
	Worst         *metrics.Group // the source of the least balanced accuracy; nil: sources are not known
	// SourceTellsLabel: no source has pictures of two classes, so that no figure here
	// tells a model that knows the class from one that knows the source.
	SourceTellsLabel bool
	Temperature      *float64        // of the run, nil: none
	Tempered         *metrics.Scores // with the temperature
	TemperedCI       map[string]metrics.Interval
}

const (
	// Resamples is the number of draws behind an interval.
	Resamples = 1000
	// worstOf is how many pictures a source has at least that is called the worst one:
	// of fewer, one picture decides.
	worstOf = 10
	// sourceField is the field whose worst value stands beside an AUC.
	sourceField = "source"
)

// Evaluate computes the figures of predictions. c is what was fitted on the run's
// validation pictures, nil if nothing was.
func Evaluate(p *metrics.Predictions, known Known, c *Calibration, seed uint64) (*Evaluation, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := known.check(len(p.Label)); err != nil {
		return nil, err
	}
	by := metrics.Sampling{Group: known.Group, Resamples: Resamples, Seed: seed}
	e := &Evaluation{Predictions: p, Scores: p.Score(), Intervals: p.Intervals(by), Per: map[string][]metrics.Group{}}
	e.Threshold, e.ThresholdFrom = c.at()
	e.Balanced, e.BalancedCI = p.BalancedAccuracy(e.Threshold), p.BalancedInterval(e.Threshold, by)
	for field, values := range known.By {
		e.Per[field] = p.By(values, e.Threshold, by)
	}
	e.Worst = worstAmong(e.Per[sourceField])
	e.SourceTellsLabel = oneClassEach(p.Label, known.By[sourceField])
	if c != nil && c.Temperature != nil {
		with := p.Tempered(*c.Temperature)
		tempered := with.Score()
		e.Temperature, e.Tempered, e.TemperedCI = c.Temperature, &tempered, with.Intervals(by)
	}
	return e, nil
}

// WorstSource returns the source of the least balanced accuracy, nil if no source is
// known.
func WorstSource(p *metrics.Predictions, known Known, threshold float64, seed uint64) *metrics.Group {
	return worstAmong(p.By(known.By[sourceField], threshold, metrics.Sampling{Group: known.Group, Resamples: Resamples, Seed: seed}))
}

// worstAmong is the worst of the groups by source, nil if no source is known.
func worstAmong(groups []metrics.Group) *metrics.Group {
	worst, ok := metrics.Worst(groups, worstOf)
	if !ok || !someKey(groups) {
		return nil
	}
	return &worst
}

// someKey tells whether the field that made the groups is said of any picture.
func someKey(groups []metrics.Group) bool {
	return len(groups) > 1 || len(groups) == 1 && groups[0].Key != ""
}

// oneClassEach tells whether there are several sources and each has pictures of one
// class only.
func oneClassEach(label []int, source []string) bool {
	class, sources := map[string]int{}, 0
	for i, s := range source {
		if s == "" {
			return false
		}
		c, known := class[s]
		if known && c != label[i] {
			return false
		}
		if !known {
			class[s], sources = label[i], sources+1
		}
	}
	return sources > 1
}
