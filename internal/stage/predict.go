package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// PredictOptions say which pictures are judged, and by which run.
type PredictOptions struct {
	Run        string    // name or number, "" for the newest
	Paths      []string  // files, archives, and folders with all that lies below them; PathList stands for List
	List       io.Reader // names of more of them, one a line
	Null       bool      // names of List end with a zero byte instead, so that they may hold anything
	Calibrated bool      // probabilities with the run's temperature
}

// PathList, among paths, stands for those that are listed elsewhere.
const PathList = "-"

// Prediction is what a model says of one picture.
type Prediction struct {
	Path          string             `json:"path"`
	Label         string             `json:"label"`
	Probability   float64            `json:"probability"`   // of that label
	Probabilities map[string]float64 `json:"probabilities"` // of every label
	Temperature   *float64           `json:"temperature"`   // that they were taken at; null: they are the model's own
}

// PredictSink takes what Predict finds out: pictures in the order of the paths, and
// among them what is none. Its functions are called one at a time.
type PredictSink struct {
	Begin    func(classes []string) error // once, before all others
	Picture  func(Prediction) error
	Unusable func(UnusableInput) // what cannot be read, and what was named and is no picture
}

// Predict judges pictures and tells of each as it comes. It keeps no more than some
// hundred of them in memory: a folder may be as large as it likes, and a list may come
// from a program that is still at work.
func Predict(ctx context.Context, e *Env, o PredictOptions, to PredictSink) (err error) {
	run, _, err := trainRun(ctx, e, o.Run)
	if err != nil {
		return err
	}
	temperature, err := o.temperature(run)
	if err != nil {
		return err
	}
	source := &predictSource{env: e, options: o, items: make(chan predictItem, predictAhead)}
	if err := source.check(); err != nil {
		return err
	}
	c, err := openClassifier(e, run.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if to.Begin != nil {
		if err := to.Begin(c.classes()); err != nil {
			return err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return source.run(ctx) })
	g.Go(func() error {
		return (&predicting{c: c, temperature: temperature, to: to, items: source.items}).run(ctx, e)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if source.other > 0 {
		e.Notice("%d files are no pictures and are passed over", source.other)
	}
	return nil
}

// temperature is what probabilities are taken at, nil for the model's own.
func (o PredictOptions) temperature(run catalog.Run) (*float64, error) {
	if !o.Calibrated {
		return nil, nil
	}
	c, err := train.ReadCalibration(run.Dir)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, fmt.Errorf("run %s has no calibration: it was judged on no validation pictures, or by an older curate; without --calibrated it gives the model's own probabilities", run.Name)
	case c.Temperature == nil:
		return nil, fmt.Errorf("run %s has no temperature: it made no mistake on its %d validation pictures, or its answers say nothing; without --calibrated it gives the model's own probabilities", run.Name, c.N)
	}
	return c.Temperature, nil
}

// predicting judges what comes.
type predicting struct {
	c           *classifier
	temperature *float64
	to          PredictSink
	items       <-chan predictItem
}

const (
	predictAhead = 256 // pictures that are found before they are judged
	predictBatch = 256 // pictures that are judged in one go, at most
)

func (p *predicting) run(ctx context.Context, e *Env) error {
	task := e.Progress.Start("judge", 0, "images")
	defer task.Done()
	for {
		batch, more := p.next(ctx)
		for len(batch) > 0 {
			n := 0
			for n < len(batch) && batch[n].bad == nil {
				n++
			}
			if n == 0 {
				p.to.Unusable(*batch[0].bad)
				batch = batch[1:]
				continue
			}
			pictures := make([]judgedPicture, n)
			for i, item := range batch[:n] {
				pictures[i] = item.picture
			}
			err := p.c.each(ctx, task, pictures, func(i int, prob []float64) error { return p.tell(pictures[i].work.Path, prob) })
			if err != nil {
				return err
			}
			p.tellUnreadable()
			batch = batch[n:]
		}
		if !more {
			return ctx.Err()
		}
	}
}

// next waits for a picture and takes those that are there already with it. more is
// false where none will come.
func (p *predicting) next(ctx context.Context) (batch []predictItem, more bool) {
	select {
	case item, ok := <-p.items:
		if !ok {
			return nil, false
		}
		batch = append(batch, item)
	case <-ctx.Done():
		return nil, false
	}
	for len(batch) < predictBatch {
		select {
		case item, ok := <-p.items:
			if !ok {
				return batch, false
			}
			batch = append(batch, item)
		default:
			return batch, true
		}
	}
	return batch, true
}

func (p *predicting) tell(path string, prob []float64) error {
	for _, v := range prob {
		if math.IsNaN(v) {
			p.to.Unusable(UnusableInput{path, "the model's answer is no number: its weights have overflowed"})
			return nil
		}
	}
	if p.temperature != nil {
		prob = metrics.Temper(prob, *p.temperature)
	}
	out := answer(path, p.c.classes(), prob)
	out.Temperature = p.temperature
	return p.to.Picture(out)
}

// tellUnreadable tells what the classifier could not read.
func (p *predicting) tellUnreadable() {
	for _, u := range p.c.unreadable {
		p.to.Unusable(u)
	}
	p.c.unreadable = p.c.unreadable[:0]
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
