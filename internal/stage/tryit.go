package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
)

// Tryout asks the models of runs about single pictures. A model stays loaded for a
// while after it was asked, so that the next picture need not wait for it. It stores
// nothing. It must be closed. Its methods may be called from several goroutines.
type Tryout struct {
	env   *Env
	gate  *imageio.Gate
	shelf shelf
}

// tryoutIdle is how long a model stays loaded that nobody asks.
const tryoutIdle = 5 * time.Minute

// NewTryout makes one.
func NewTryout(e *Env) *Tryout {
	own := *e
	own.Progress = nil // a page shows none
	if own.Notice == nil {
		own.Notice = func(string, ...any) {}
	}
	return &Tryout{env: &own, gate: imageio.NewGate(decodeMemory), shelf: shelf{idle: tryoutIdle}}
}

// Close frees the models.
func (t *Tryout) Close() error { return t.shelf.close() }

// Tried is what a model says of one picture.
type Tried struct {
	Run           string       `json:"run"`
	Label         string       `json:"label"`
	Probability   float64      `json:"probability"`
	Probabilities []ClassShare `json:"probabilities"` // the likeliest first
	Near          []Near       `json:"near"`          // of the pictures that the run learnt from, the most alike first
	NearBy        string       `json:"near_by"`       // by whose eyes they are alike; "" = no embeddings of them are in the catalogue
	Learnt        bool         `json:"learnt"`        // the run has learnt from this very picture
	Width         int          `json:"width"`
	Height        int          `json:"height"`
	Seconds       float64      `json:"seconds"`
}

// ClassShare is the probability of a class.
type ClassShare struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// Near is an image of the catalogue that is like another one.
type Near struct {
	ID         catalog.ImageID `json:"id"`
	Similarity float64         `json:"similarity"` // cosine, -1 to 1
	Label      string          `json:"label"`
	Path       string          `json:"path"`
	row        catalog.Row
}

// Row is the image with all that lists show of it.
func (n Near) Row() catalog.Row { return n.row }

// ModelError says that the model of a run cannot be used.
type ModelError struct {
	Run, Dir string
	Err      error
}

func (e *ModelError) Error() string {
	return "the model of run " + e.Run + " cannot be loaded: " + e.Err.Error()
}
func (e *ModelError) Unwrap() error { return e.Err }

// Image asks about an image of the catalogue.
func (t *Tryout) Image(ctx context.Context, run string, id catalog.ImageID) (Tried, error) {
	im, err := t.env.Catalog.ImageByID(ctx, id)
	if err != nil {
		return Tried{}, err
	}
	works, err := t.env.Catalog.Works(ctx, im.ID)
	if err != nil {
		return Tried{}, err
	}
	files := newOriginals()
	data, err := files.read(works[im.ID])
	if err = errors.Join(err, files.Close()); err != nil {
		return Tried{}, &imageio.Invalid{Reason: err.Error()}
	}
	return t.Picture(ctx, run, data)
}

// Picture asks about a picture file. An *imageio.Invalid says that it is none, a
// *ModelError that the run cannot answer.
func (t *Tryout) Picture(ctx context.Context, name string, data []byte) (r Tried, err error) {
	began := time.Now()
	run, settings, err := trainRun(ctx, t.env, name)
	if err != nil {
		return r, &ModelError{cmp.Or(run.Name, name), run.Dir, err}
	}
	if _, err := imageio.ReadInfo(data, imageio.DefaultLimits); err != nil {
		return r, err // before a model is loaded for it
	}
	m, done, err := t.shelf.take(ctx, run.Dir, func() (*classifier, error) { return openClassifier(t.env, run.Dir) })
	if err != nil {
		return r, &ModelError{run.Name, run.Dir, err}
	}
	defer done()
	r.Run = run.Name
	head, err := t.judge(ctx, m.c, data, &r)
	if err != nil {
		return r, err
	}
	if err := t.nearest(ctx, run, settings, data, head, &r); err != nil {
		return r, err
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// judge fills in what the model says, and returns what its classifier read.
func (t *Tryout) judge(ctx context.Context, c *classifier, data []byte, r *Tried) ([]float32, error) {
	pixels, err := t.tensor(ctx, c, data, r)
	if err != nil {
		return nil, err
	}
	p, head, err := c.judge.Look(ctx, pixels)
	if err != nil {
		return nil, err
	}
	for i, class := range c.classes() {
		r.Probabilities = append(r.Probabilities, ClassShare{class, p[i]})
	}
	slices.SortStableFunc(r.Probabilities, func(a, b ClassShare) int { return cmp.Compare(b.Probability, a.Probability) })
	r.Label, r.Probability = r.Probabilities[0].Label, r.Probabilities[0].Probability
	return head, nil
}

// tensor decodes a picture for the model, when there is room for it.
func (t *Tryout) tensor(ctx context.Context, c *classifier, data []byte, r *Tried) ([]float32, error) {
	info, err := imageio.ReadInfo(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	leave, err := t.gate.Acquire(ctx, info.DecodeBytes())
	if err != nil {
		return nil, err
	}
	defer leave()
	p, info, err := imageio.Decode(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	r.Width, r.Height = info.Width, info.Height
	w, h := c.config.Size()
	pixels := make([]float32, 3*w*h)
	if err := c.config.Tensor(p, pixels); err != nil {
		return nil, fmt.Errorf("prepare the picture: %w", err)
	}
	return pixels, nil
}
