package remote

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// work sends points until the run ends.
func (r *Remote) work() {
	defer close(r.gone)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // a request under way must not hold up the end of the run
		select {
		case <-r.quit:
			cancel()
		case <-r.gone:
		}
	}()
	pause, retry, due := r.tempo.gather, r.tempo.retry, false
	for {
		beat := time.NewTimer(r.tempo.beat)
		select {
		case <-r.quit:
			return
		case <-r.wake:
			due = true
		case <-beat.C:
		}
		beat.Stop()
		if due && !r.sleep(pause) {
			return
		}
		err := r.deliver(ctx)
		if err == nil && !due {
			err = r.backend.beat(ctx)
		}
		switch {
		case ctx.Err() != nil, isFinal(err):
			r.fail(ctx, err)
			return
		case err != nil:
			r.fail(ctx, err)
			pause, retry = retry, min(2*retry, r.tempo.longest)
			r.poke()
		default:
			pause, retry, due = r.tempo.gather, r.tempo.retry, false
		}
	}
}

// poke has the goroutine try again.
func (r *Remote) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// sleep waits; it returns false where the run has ended.
func (r *Remote) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.quit:
		return false
	case <-t.C:
		return true
	}
}

// fail says once that a server cannot be reached.
func (r *Remote) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || r.told {
		return
	}
	r.told = true
	then := "it is tried again"
	if isFinal(err) {
		then = "it is not tried again while the run goes on"
	}
	r.notice(fmt.Sprintf("%s: %v; training goes on, what is measured is kept, and %s", r.name, err, then))
}

// deliver sends what is pending.
func (r *Remote) deliver(ctx context.Context) error {
	if !r.opened {
		if err := r.backend.open(ctx, r.run, &r.note); err != nil {
			return err
		}
		r.opened, r.note.Ended = true, ""
		if err := r.note.write(r.run.Dir); err != nil {
			return err
		}
		if r.note.URL != "" {
			r.notice(fmt.Sprintf("%s: the run is at %s", r.name, r.note.URL))
		}
	}
	for {
		from, points, last := r.batch()
		if len(points) == 0 {
			return nil
		}
		if err := r.backend.send(ctx, from, points, last); err != nil {
			return err
		}
		r.sent(len(points))
		if err := r.note.write(r.run.Dir); err != nil {
			return err
		}
	}
}

// End ends the run: it sends what is left and the named files of the run's folder,
// for no longer than the server deserves. The error says what was not sent; the next
// [Remote] of the same folder sends it.
func (r *Remote) End(ctx context.Context, s Status, files ...string) error {
	close(r.quit)
	<-r.gone
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.tempo.patience)
	defer cancel()
	err := r.finish(ctx, s, files)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%s did not take it within %s", r.server, r.tempo.patience)
	}
	return &Unsent{r.name, len(r.pending), r.missing(files), err}
}

func (r *Remote) finish(ctx context.Context, s Status, files []string) error {
	if err := r.deliver(ctx); err != nil {
		return err
	}
	var failed error
	for _, f := range r.missing(files) {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		err := r.backend.upload(ctx, filepath.Join(r.run.Dir, f))
		if err == nil {
			r.note.Files = append(r.note.Files, f)
		}
		failed = errors.Join(failed, err)
	}
	err := r.backend.end(ctx, s)
	if err == nil {
		r.note.Ended = s
	}
	return errors.Join(failed, err, r.note.write(r.run.Dir))
}

// missing are the files that the server does not have.
func (r *Remote) missing(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool { return slices.Contains(r.note.Files, f) })
}

// Unsent says what a server did not get.
type Unsent struct {
	Tracker string // "mlflow"
	Points  int
	Files   []string
	Err     error
}

func (u *Unsent) Error() string {
	return fmt.Sprintf("%s: %d measurements and %d files were not sent: %v", u.Tracker, u.Points, len(u.Files), u.Err)
}

func (u *Unsent) Unwrap() error { return u.Err }
