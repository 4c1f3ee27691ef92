package stage

import (
	"context"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
)

// decodeMemory is what the pictures of one stage may take while they are decoded.
const decodeMemory = 384 << 20

// workers is how many pictures are worked on at a time.
func (e *Env) workers() int {
	if e.Threads > 0 {
		return e.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// pictureReader reads pictures that ingest has recorded. It must be closed.
type pictureReader struct {
	originals
	gate *imageio.Gate
}

func newPictureReader() *pictureReader {
	return &pictureReader{newOriginals(), imageio.NewGate(decodeMemory)}
}

// decode reads and decodes a picture, a JPEG perhaps at a reduced scale at which its shorter
// side still has side pixels; side 0 means in full. The caller calls done when it
// has no more use for the picture.
func (r *pictureReader) decode(ctx context.Context, w catalog.Work, side int) (p decoded, done func(), err error) {
	data, err := r.read(w)
	if err != nil {
		return p, nil, err
	}
	if p.Info, err = imageio.ReadInfo(data, imageio.DefaultLimits); err != nil {
		return p, nil, err
	}
	done, err = r.gate.Acquire(ctx, p.Info.DecodeBytes())
	if err != nil {
		return p, nil, err
	}
	if side > 0 {
		p.Picture, p.Info, err = imageio.DecodeAtLeast(data, imageio.DefaultLimits, side)
	} else {
		p.Picture, p.Info, err = imageio.Decode(data, imageio.DefaultLimits)
	}
	if err != nil {
		done()
		return p, nil, err
	}
	return p, done, nil
}

// verify makes sure that a picture can be read. Whatever has the recorded content
// can be decoded, as it was when it was recorded.
func (r *pictureReader) verify(ctx context.Context, w catalog.Work) error {
	done, err := r.gate.Acquire(ctx, w.Bytes)
	if err != nil {
		return err
	}
	defer done()
	_, err = r.read(w)
	return err
}

// decoded is a picture with what its header says; Info has the size of the file's
// picture, also where Picture is smaller.
type decoded struct {
	*raster.Picture
	Info imageio.Info
}

// measured is what became of one picture of a queue.
type measured[T any] struct {
	work  catalog.Work
	value T
	err   error // why the picture could not be read
}

// saveEvery is how many results one transaction takes.
const saveEvery = 256

// measureAll measures the pictures of a queue, several at a time, and hands the
// results to save, so many at once, from one goroutine. A picture that cannot be read
// is a result with err and does not stop the others. What is measured when ctx ends is
// saved.
func measureAll[T any](ctx context.Context, e *Env, queue iter.Seq2[catalog.Work, error],
	measure func(context.Context, catalog.Work) (T, error), save func(context.Context, []measured[T]) error) error {
	work, results := make(chan catalog.Work), make(chan measured[T], saveEvery)
	saver, saving := new(errgroup.Group), context.WithoutCancel(ctx)
	saver.Go(func() error { return saveResults(saving, results, save) })
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		return feed(ctx, queue, work)
	})
	for range e.workers() {
		g.Go(func() error {
			for w := range work {
				m := measured[T]{work: w}
				m.value, m.err = measure(ctx, w)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				results <- m
			}
			return nil
		})
	}
	err := g.Wait()
	close(results)
	if saveErr := saver.Wait(); err == nil {
		err = saveErr
	}
	return err
}

func feed(ctx context.Context, queue iter.Seq2[catalog.Work, error], work chan<- catalog.Work) error {
	for w, err := range queue {
		if err != nil {
			return err
		}
		select {
		case work <- w:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// saveResults saves until there are no more. After an error it only drains, so
// that nobody waits for it.
func saveResults[T any](ctx context.Context, results <-chan measured[T], save func(context.Context, []measured[T]) error) (err error) {
	var batch []measured[T]
	flush := func() {
		if err == nil && len(batch) > 0 {
			err = save(ctx, batch)
		}
		batch = batch[:0]
	}
	for m := range results {
		if batch = append(batch, m); len(batch) == saveEvery {
			flush()
		}
	}
	flush()
	return err
}
