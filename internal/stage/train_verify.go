package stage

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
)

// verify reads every picture of the run once, before the first step, and leaves out
// those that are no longer what ingest recorded: hours of training ought not to end
// for one of them.
func (t *training) verify(ctx context.Context) error {
	for _, s := range []catalog.Split{catalog.Train, t.judged} {
		before := t.data.counts()
		n, err := t.verifySplit(ctx, s)
		if err != nil {
			return err
		}
		if n > 0 {
			t.env.Notice("%d images of %s cannot be read any more and are left out; run `curate ingest` again", n, s)
		}
		for i, now := range t.data.counts() {
			if before[i].Train > 0 && now.Train == 0 {
				return fmt.Errorf("none of the %d train images labelled %s can be read any more: are they all where they were? `curate ingest` takes note of what has moved", before[i].Train, now.Class)
			}
		}
	}
	t.countImages()
	return nil
}

// verifySplit leaves out what cannot be read of one split, and counts it.
func (t *training) verifySplit(ctx context.Context, s catalog.Split) (int, error) {
	rows := t.data.rows[s]
	files, err := newTensors(ctx, t.env, t.config, rows)
	if err != nil {
		return 0, err
	}
	task := t.env.Progress.Start("verify "+string(s), int64(len(rows)), "images")
	defer task.Done()
	why := make([]error, len(rows))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(t.env.workers())
	for i, row := range rows {
		g.Go(func() error {
			why[i] = files.reader.verify(gctx, files.work[row.Hash.String()])
			task.Add(1)
			return gctx.Err()
		})
	}
	if err := errors.Join(g.Wait(), files.Close()); err != nil {
		return 0, err
	}
	var left []catalog.Row
	for i, row := range rows {
		if why[i] == nil {
			left = append(left, row)
			continue
		}
		t.result.Unreadable = append(t.result.Unreadable, UnusableInput{row.Path, why[i].Error()})
	}
	t.data.rows[s] = left
	return len(rows) - len(left), nil
}

// lostPicture is a picture that could not be read when training came to it.
type lostPicture struct {
	path string // as it is shown
	err  error
}

func (l *lostPicture) Error() string { return l.path + ": " + l.err.Error() }
func (l *lostPicture) Unwrap() error { return l.err }

// howToGoOn adds to the error of a run that lost a picture what can be done now.
func howToGoOn(err error) error {
	var lost *lostPicture
	if !errors.As(err, &lost) {
		return err
	}
	return fmt.Errorf("%w\nTraining stopped there and left a checkpoint. Bring the file back (if it has moved, run `curate ingest` on its new place) and give the same command to go on. Without the file the same command begins anew, and leaves it out", err)
}
