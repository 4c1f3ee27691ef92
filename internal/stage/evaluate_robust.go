package stage

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// RobustCell is what a model is worth on pictures to which something was done.
type RobustCell struct {
	Kind        string           `json:"kind"`     // jpeg, webp, resize, ...; "none" for the pictures as they are
	Strength    string           `json:"strength"` // "" where there is one strength only
	N           int              `json:"n"`
	Accuracy    metrics.Value    `json:"accuracy"`
	AccuracyCI  metrics.Interval `json:"accuracy_ci"`
	Balanced    metrics.Value    `json:"balanced_accuracy"` // at the threshold of the evaluation
	AUC         metrics.Value    `json:"auc"`
	AUCCI       metrics.Interval `json:"auc_ci"`
	WorstSource *WorstSource     `json:"worst_source"`
}

// editSeed is where the chance of an edit begins, such as the edges of a screenshot.
const editSeed = 8

// editRand is the random source of a picture: the same each time, whatever is judged
// beside it.
func editRand(id string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(id))
	return edit.NewRand(editSeed, h.Sum64())
}

// robustness judges a sample of the pictures as they are, and after each edit.
func (v *evaluation) robustness(ctx context.Context, c *classifier) ([]RobustCell, error) {
	chosen := sample(len(v.judged), v.options.Sample)
	pictures := make([]judgedPicture, len(chosen))
	for k, i := range chosen {
		pictures[k] = v.judged[i]
	}
	out := []RobustCell{v.robustCell("none", v.figures.Predictions.Choose(chosen), pictures)}
	defer func() { c.edit = nil }()
	for _, change := range edit.Robustness() {
		c.edit = &change
		v.env.Progress.Note("robustness: %s", change.Name)
		p, judged, err := c.answer(ctx, v.env, pictures, v.settings.Positive)
		if err != nil {
			return nil, fmt.Errorf("robustness, %s: %w", change.Name, err)
		}
		out = append(out, v.robustCell(change.Name, p, judged))
	}
	return out, nil
}

// sample chooses at most so many of n pictures, evenly over their order; 0 is all.
func sample(n, most int) []int {
	if most == 0 || most > n {
		most = n
	}
	out := make([]int, most)
	for k := range out {
		out[k] = k * n / most
	}
	return out
}

func (v *evaluation) robustCell(name string, p *metrics.Predictions, pictures []judgedPicture) RobustCell {
	known := knownOf(pictures)
	by := metrics.Sampling{Group: known.Group, Resamples: train.Resamples, Seed: evalSeed}
	s, ci := p.Score(), p.Intervals(by)
	kind, strength, _ := strings.Cut(name, "=")
	cell := RobustCell{
		Kind: kind, Strength: strength, N: s.N, Accuracy: s.Accuracy, AccuracyCI: ci["accuracy"], AUC: s.AUC, AUCCI: ci["auc"],
		Balanced: p.BalancedAccuracy(v.figures.Threshold),
	}
	cell.WorstSource = worstSource(train.WorstSource(p, known, v.figures.Threshold, evalSeed))
	return cell
}
