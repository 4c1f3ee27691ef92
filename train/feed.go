package train

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/internal/vit"
)

// feed loads pictures ahead of the step that needs them.
type feed struct {
	open    func(ctx context.Context, e Example, dst []float32) error
	side    int // pixels of a picture
	patch   int // pixels of a patch
	workers int
}

// PictureError says that Job.Open could not open a picture. Its text is Open's,
// which can name the picture as the user knows it.
type PictureError struct {
	ID  string // of the example
	Err error
}

func (e *PictureError) Error() string { return e.Err.Error() }
func (e *PictureError) Unwrap() error { return e.Err }

// loaded is a micro-batch with its pictures cut into patches.
type loaded struct {
	chunk
	patches []float32
}

// ahead is the number of micro-batches in memory: one at work, one ready, one
// loading.
const ahead = 3

// floats is the size of a picture cut into patches.
func (f *feed) floats() int {
	whole := f.side / f.patch * f.patch
	return 3 * whole * whole
}

// each loads the chunks in order and calls do for each. Loading goes on while do
// works. The pictures are do's only until it returns.
func (f *feed) each(ctx context.Context, chunks []chunk, do func(loaded) error) error {
	group, ctx := errgroup.WithContext(ctx)
	free, ready := make(chan []float32, ahead), make(chan loaded)
	for range ahead {
		free <- nil
	}
	group.Go(func() error {
		defer close(ready)
		return f.load(ctx, chunks, free, ready)
	})
	group.Go(func() error {
		for l := range ready {
			if err := do(l); err != nil {
				return err
			}
			free <- l.patches
		}
		return nil
	})
	return group.Wait()
}

// load fills buffers from free and sends them to ready.
func (f *feed) load(ctx context.Context, chunks []chunk, free chan []float32, ready chan<- loaded) error {
	for _, c := range chunks {
		var buf []float32
		select {
		case buf = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		if need := len(c.examples) * f.floats(); cap(buf) < need {
			buf = make([]float32, need)
		} else {
			buf = buf[:need]
		}
		if err := f.pictures(ctx, c, buf); err != nil {
			return err
		}
		select {
		case ready <- loaded{c, buf}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// pictures loads the pictures of a micro-batch side by side.
func (f *feed) pictures(ctx context.Context, c chunk, dst []float32) error {
	workers := f.workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	size := f.floats()
	for i, e := range c.examples {
		group.Go(func() error {
			pixels, err := f.picture(ctx, e)
			if err != nil {
				return err
			}
			if m := c.mix(i); m.share > 0 {
				other, err := f.picture(ctx, m.with)
				if err != nil {
					return err
				}
				m.blend(pixels, other, f.side)
			}
			vit.Patchify(dst[i*size:(i+1)*size], pixels, f.side, f.patch)
			return nil
		})
	}
	return group.Wait()
}

// picture loads one.
func (f *feed) picture(ctx context.Context, e Example) ([]float32, error) {
	pixels := make([]float32, 3*f.side*f.side)
	if err := f.open(ctx, e, pixels); err != nil {
		return nil, &PictureError{e.ID, err}
	}
	return pixels, nil
}
