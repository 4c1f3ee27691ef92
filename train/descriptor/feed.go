package descriptor

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/vit"
)

// ahead is the number of steps whose views are in memory: one at work, one ready,
// one in the making.
const ahead = 3

// feed makes the views of steps before they are needed.
type feed struct {
	config  preprocess.Config
	patch   int // pixels of a patch
	workers int
}

// values is the size of a picture cut into patches.
func (f *feed) values() int {
	side, _ := f.config.Size()
	whole := side / f.patch * f.patch
	return 3 * whole * whole
}

// fill writes n pictures, cut into patches, to dst, several at a time.
func (f *feed) fill(ctx context.Context, dst []float32, n int, picture func(i int) *raster.Picture) error {
	size := f.values()
	return inParallel(ctx, n, f.workers, func(i int) error { return f.write(dst[i*size:(i+1)*size], picture(i)) })
}

// inParallel calls do for each of 0 to n-1, from so many goroutines; 0 is one a
// processor.
func inParallel(ctx context.Context, n, workers int, do func(i int) error) error {
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(i)
		})
	}
	return group.Wait()
}

// write makes patches of a picture.
func (f *feed) write(dst []float32, p *raster.Picture) error {
	side, _ := f.config.Size()
	pixels := make([]float32, 3*side*side)
	if err := f.config.Tensor(p, pixels); err != nil {
		return err
	}
	vit.Patchify(dst, pixels, side, f.patch)
	return nil
}

// steps calls do with the views of steps from to to-1, in their order, while those
// that follow are made. The patches are do's only until it returns.
func (f *feed) steps(ctx context.Context, from, to, views int, view func(step, i int) *raster.Picture, do func(ctx context.Context, step int, patches []float32) error) error {
	group, ctx := errgroup.WithContext(ctx)
	free, ready := make(chan []float32, ahead), make(chan []float32)
	for range ahead {
		free <- make([]float32, views*f.values())
	}
	group.Go(func() error {
		defer close(ready)
		for step := from; step < to; step++ {
			var buf []float32
			select {
			case buf = <-free:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := f.fill(ctx, buf, views, func(i int) *raster.Picture { return view(step, i) }); err != nil {
				return err
			}
			select {
			case ready <- buf:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	group.Go(func() error {
		step := from
		for buf := range ready {
			if err := do(ctx, step, buf); err != nil {
				return err
			}
			step++
			free <- buf
		}
		return nil
	})
	return group.Wait()
}
