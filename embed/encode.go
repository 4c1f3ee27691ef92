package embed

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/internal/raster"
)

// Item is a picture to encode. One of Open and Picture is set; where both are,
// Picture is used.
//
// Bytes of Open are decoded under the encoder's own limit of memory
// ([Options.DecodeBytes]). What Picture takes is admitted by whoever made the item:
// it is called by as many goroutines at once as the encoder has workers
// ([Options.Threads]), and what it returns is let go when its numbers are made, so
// the pictures alive at a time are never more than the workers. The encoder reads
// the picture and does not change it, so several items may share one.
type Item struct {
	ID      any                             // comes back with the result
	Open    func() ([]byte, error)          // returns the bytes of the picture file
	Picture func() (*raster.Picture, error) // returns the picture, decoded and upright
}

// Result is what became of an item: the two vectors, or the reason why there are
// none. Copy holds the L2-normalised CLS tokens one after the other, so its length
// is the root of their number; Head is what the classifier reads, as it is (nil
// with [Options.NoHead]). The slices are the receiver's.
type Result struct {
	ID   any
	Copy []float32
	Head []float32
	Err  error
}

// Stats says where the time of an Encode went.
type Stats struct {
	Images  int           // encoded
	Failed  int           // not readable
	Elapsed time.Duration // of the whole
	Prepare time.Duration // reading, decoding, resizing: summed over workers
	Infer   time.Duration // running the model: summed over runners
}

// Encode encodes items and calls each with every result in their order, from one
// goroutine. A picture that cannot be read is a result with Err and does not stop
// the rest. Reading and decoding overlap with the model's runs. Encode ends early
// with the error of each, of the device, or of ctx; items are then fetched no more.
func (e *Encoder) Encode(ctx context.Context, items iter.Seq[Item], each func(Result) error) (Stats, error) {
	start := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	p := &pass{e: e, ctx: ctx}
	window := 2*e.runners + e.workers/e.batch + 2 // batches under way
	ordered := make(chan *batch, window)
	slots := make(chan slot)
	ready := make(chan *batch, window)

	g.Go(func() error { return p.feed(items, ordered, slots) })
	closeAfter(g, e.workers, func() error { return p.prepare(slots, ready) }, func() { close(ready) })
	closeAfter(g, e.runners, func() error { return p.infer(ready) }, func() {})
	g.Go(func() error { return p.deliver(ordered, each) })
	err := g.Wait()
	return Stats{p.images, p.failed, time.Since(start), time.Duration(p.prepared.Load()), time.Duration(p.inferred.Load())}, err
}

// closeAfter runs n copies of work in the group, and then once after the last.
func closeAfter(g *errgroup.Group, n int, work func() error, then func()) {
	var left sync.WaitGroup
	left.Add(n)
	for range n {
		g.Go(func() error {
			defer left.Done()
			return work()
		})
	}
	g.Go(func() error {
		left.Wait()
		then()
		return nil
	})
}

// batch is the pictures of one run, next to each other in the order of the items.
// Places that hold no picture, because it could not be read or because the items
// ended, are zeros: every run has the same shape.
type batch struct {
	items  []Item
	pixels []float32
	errs   []error
	copies [][]float32
	heads  [][]float32
	left   atomic.Int32  // items not prepared yet
	done   chan struct{} // closed when the run is over
}

// slot is one place of a batch.
type slot struct {
	b *batch
	i int
}

// pass is one call of Encode.
type pass struct {
	e   *Encoder
	ctx context.Context

	prepared, inferred atomic.Int64 // nanoseconds
	images, failed     int          // written by deliver alone
}

// feed parts the items into batches. A batch enters the queue of delivery before
// its pictures are handed out, so whatever is under way is also waited for.
func (p *pass) feed(items iter.Seq[Item], ordered chan<- *batch, slots chan<- slot) error {
	defer close(ordered)
	defer close(slots)
	var b *batch
	for it := range items {
		if b == nil {
			b = p.newBatch()
		}
		if b.items = append(b.items, it); len(b.items) == p.e.batch {
			if err := p.hand(b, ordered, slots); err != nil {
				return err
			}
			b = nil
		}
	}
	if b == nil {
		return nil
	}
	return p.hand(b, ordered, slots)
}

func (p *pass) newBatch() *batch {
	w, h := p.e.pre.Size()
	return &batch{pixels: make([]float32, p.e.batch*3*w*h), done: make(chan struct{})}
}

func (p *pass) hand(b *batch, ordered chan<- *batch, slots chan<- slot) error {
	n := len(b.items)
	b.errs = make([]error, n)
	b.left.Store(int32(n))
	select {
	case ordered <- b:
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
	for i := range n {
		select {
		case slots <- slot{b, i}:
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	return nil
}

// prepare fills places until there are no more, and passes on each batch that is
// complete.
func (p *pass) prepare(slots <-chan slot, ready chan<- *batch) error {
	for s := range slots {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		s.b.errs[s.i] = p.e.fill(p.ctx, s.b.items[s.i], s.b.place(s.i, p.e.batch))
		p.prepared.Add(int64(time.Since(start)))
		if s.b.left.Add(-1) > 0 {
			continue
		}
		select {
		case ready <- s.b:
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	return nil
}

// place returns where the pixels of item i stand.
func (b *batch) place(i, of int) []float32 {
	n := len(b.pixels) / of
	return b.pixels[i*n : (i+1)*n]
}

func (p *pass) infer(ready <-chan *batch) error {
	for b := range ready {
		start := time.Now()
		if err := p.e.run(p.ctx, b); err != nil {
			return err
		}
		p.inferred.Add(int64(time.Since(start)))
		close(b.done)
	}
	return nil
}

// deliver hands out results in the order of the items.
func (p *pass) deliver(ordered <-chan *batch, each func(Result) error) error {
	for b := range ordered {
		select {
		case <-b.done:
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
		for i, it := range b.items {
			r := Result{ID: it.ID, Err: b.errs[i]}
			if r.Err != nil {
				p.failed++
			} else {
				p.images++
				r.Copy, r.Head = b.copies[i], b.heads[i]
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}
