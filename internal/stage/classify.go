package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// classifier is the model of a run with what reads pictures for it. It must be
// closed.
type classifier struct {
	judge      *train.Judge
	config     preprocess.Config
	reader     *pictureReader
	work       map[string]catalog.Work // by the id of a picture
	edit       *edit.Edit              // made to every picture before it is judged; nil: none
	mu         sync.Mutex
	broken     map[string]string // why a picture could not be read, by id
	unreadable []UnusableInput
}

// openClassifier opens the model in the folder of a run.
func openClassifier(e *Env, dir string) (*classifier, error) {
	m, err := vit.Load(dir)
	if err != nil {
		return nil, err
	}
	if len(m.Config.Labels) != m.Classes() || m.Classes() < 2 {
		return nil, fmt.Errorf("%s holds no classifier with named classes", dir)
	}
	c := &classifier{work: map[string]catalog.Work{}, broken: map[string]string{}, unreadable: []UnusableInput{}}
	if c.config, err = preprocess.ReadConfig(dir); err != nil {
		return nil, err
	}
	device, err := e.device()
	if err != nil {
		return nil, err
	}
	rt, err := e.Runtime()
	if err != nil {
		return nil, err
	}
	c.judge, err = train.NewJudge(rt, m, ort.SessionOptions{Device: device, Threads: e.Threads, Notice: func(text string) { e.Notice("%s", text) }})
	if err != nil {
		return nil, err
	}
	c.reader = newPictureReader()
	return c, nil
}

func (c *classifier) close() error { return errors.Join(c.reader.Close(), c.judge.Close()) }

func (c *classifier) classes() []string { return c.judge.Classes() }

// open writes a picture to dst. One that cannot be read is noted and does not stop
// the others.
func (c *classifier) open(ctx context.Context, id string, dst []float32) error {
	err := c.read(ctx, id, dst)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	clear(dst)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken[id] = err.Error()
	return nil
}

func (c *classifier) read(ctx context.Context, id string, dst []float32) error {
	p, done, err := c.reader.decode(ctx, c.work[id], 0)
	if err != nil {
		return err
	}
	defer done()
	if c.edit != nil {
		return c.config.Tensor(c.edit.Apply(editRand(id), p.Picture), dst)
	}
	return c.config.Tensor(p.Picture, dst)
}

// reason tells whether a picture could not be read, and why.
func (c *classifier) reason(id string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	why, ok := c.broken[id]
	return why, ok
}

// each calls do with the probabilities of every picture that can be read, in
// order; i counts the given pictures.
func (c *classifier) each(ctx context.Context, task *progress.Task, pictures []judgedPicture, do func(i int, p []float64) error) error {
	clear(c.work)
	clear(c.broken)
	examples := make([]train.Example, len(pictures))
	for i, p := range pictures {
		examples[i] = train.Example{ID: p.id}
		c.work[p.id] = p.work
	}
	i := -1
	return c.judge.Probabilities(ctx, examples, c.open, func(_ train.Example, p []float64) error {
		i++
		task.Add(1)
		if why, bad := c.reason(pictures[i].id); bad {
			c.unreadable = append(c.unreadable, UnusableInput{pictures[i].work.Path, why})
			return nil
		}
		return do(i, p)
	})
}

// answer judges labelled pictures, and returns those of them that could be read, in
// the order of the predictions.
func (c *classifier) answer(ctx context.Context, e *Env, pictures []judgedPicture, positive string) (p *metrics.Predictions, judged []judgedPicture, err error) {
	p = &metrics.Predictions{Classes: c.classes(), Positive: max(0, slices.Index(c.classes(), positive))}
	task := e.Progress.Start("judge", int64(len(pictures)), "images")
	defer task.Done()
	err = c.each(ctx, task, pictures, func(i int, prob []float64) error {
		judged = append(judged, pictures[i])
		p.Label, p.Prob = append(p.Label, slices.Index(p.Classes, pictures[i].label)), append(p.Prob, prob...)
		return nil
	})
	if err == nil && len(p.Label) == 0 {
		err = fmt.Errorf("none of the %d pictures can be read", len(pictures))
	}
	return p, judged, err
}
