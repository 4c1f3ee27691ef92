package stage

import (
	"context"

	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
)

// stopped says, where a person stopped the run, what is kept of it and how to go on.
func (t *training) stopped(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	step, ok, unknown := train.Unfinished(t.run.Dir, t.record().Key)
	switch {
	case unknown != nil || !ok:
		t.env.Notice("run %s stopped before its first step; nothing is lost", t.run.Name)
	default:
		t.env.Notice("run %s stopped after step %d and left a checkpoint; the same command goes on with it (with --resume it does so or fails)", t.run.Name, step)
	}
	return err
}

// lossShown has the bar of a training show the loss of its last steps.
type lossShown struct {
	task *progress.Task
	mean float64
}

// Log shows the loss, smoothed over about ten steps.
func (l *lossShown) Log(p track.Point) error {
	loss, ok := p.Values["loss"]
	if !ok {
		return nil
	}
	if l.mean == 0 {
		l.mean = loss
	}
	l.mean += (loss - l.mean) / 10
	l.task.Note("loss %.4f", l.mean)
	return nil
}

// Close does nothing: the task ends with the training.
func (l *lossShown) Close() error { return nil }
