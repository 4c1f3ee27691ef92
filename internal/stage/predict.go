package stage

import (
	"context"
	"errors"

	"github.com/curate/curate/catalog"
)

// PredictOptions say which pictures are judged, and by which run.
type PredictOptions struct {
	Run   string   // name or number, "" for the newest
	Paths []string // files, archives, and folders with all that lies below them
}

// Prediction is what a model says of one picture.
type Prediction struct {
	Path          string             `json:"path"`
	Label         string             `json:"label"`
	Probability   float64            `json:"probability"`   // of that label
	Probabilities map[string]float64 `json:"probabilities"` // of every label
}

// Predict judges pictures and calls each with every answer as it comes, in the
// order of the paths. It returns what could not be read, and what was named and is
// no picture.
func Predict(ctx context.Context, e *Env, o PredictOptions, each func(Prediction) error) (unreadable []UnusableInput, err error) {
	run, _, err := trainRun(ctx, e, o.Run)
	if err != nil {
		return nil, err
	}
	found, err := findGiven(ctx, e, o.Paths...)
	if err != nil {
		return nil, err
	}
	if found.other > 0 {
		e.Notice("%d files are no pictures and are passed over", found.other)
	}
	var pictures []judgedPicture
	for _, p := range found.pictures {
		pictures = append(pictures, judgedPicture{id: p.Path, work: catalog.Work{Place: p.Place}})
	}
	c, err := openClassifier(e, run.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	err = c.each(ctx, e, pictures, func(i int, p []float64) error { return each(answer(pictures[i].work.Path, c.classes(), p)) })
	return append(found.unusable, c.unreadable...), err
}

func answer(path string, classes []string, p []float64) Prediction {
	out := Prediction{Path: path, Probabilities: map[string]float64{}}
	for i, name := range classes {
		out.Probabilities[name] = p[i]
		if p[i] > out.Probability {
			out.Label, out.Probability = name, p[i]
		}
	}
	return out
}
