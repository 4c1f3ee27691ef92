package stage

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
)

// Memory that ingest may use for contents that were read and for decoding; together
// with what is held around them it stays under a gigabyte.
const (
	loadBytes   = 96 << 20
	decodeBytes = 512 << 20
	keptBuffer  = 16 << 20 // of a worker, from one file to the next
	jobsAhead   = 256
)

// job is one location to be read and recorded. Jobs are worked on in parallel and
// recorded in the order of the walk, so that the same files give the same catalogue.
type job struct {
	file     ingest.File // the file, or the container of a member
	sighting catalog.Sighting
	known    catalog.Known // what is recorded at the path, ID 0 = nothing
	news     bool          // something new is said of it
	data     []byte        // of a member, read on the way through its archive
	archive  *archiveEnd   // nil unless the job is the end of an archive
	release  func()        // gives back the memory admitted for the content
	done     chan struct{}
	outcome  readOutcome
}

// decided makes a job that needs no work any more.
func (j *job) decided(o readOutcome) *job {
	j.outcome = o
	close(j.done)
	return j
}

// reading joins the three parts of the second pass: the walk that makes jobs, the
// workers, and the recorder.
type reading struct {
	*ingesting
	contentReader
	load    *imageio.Gate
	work    chan *job
	ordered chan *job
}

// readNew is the second pass: it reads what the first found new or changed.
func (s *ingesting) readNew(ctx context.Context) error {
	threads := s.env.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	known, err := s.knownContents(ctx)
	if err != nil {
		return err
	}
	r := &reading{
		ingesting: s,
		contentReader: contentReader{
			limits: s.opt.Limits, gate: imageio.NewGate(decodeBytes), cpu: make(chan struct{}, threads), known: known,
		},
		load:    imageio.NewGate(loadBytes),
		work:    make(chan *job),
		ordered: make(chan *job, jobsAhead),
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.makeJobs(gctx) })
	g.Go(func() error { return r.workers(gctx, 2*threads) }) // twice: while some wait for the disk, others decode
	g.Go(func() error { return r.record(gctx) })
	err = g.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// knownContents returns what tells whether a content is recorded. Nothing is looked up
// in a catalogue that was empty: contents that occur twice are then decoded twice,
// which is cheaper than to ask for every one.
func (s *ingesting) knownContents(ctx context.Context) (func(context.Context, catalog.Hash) (bool, error), error) {
	n, err := s.env.Catalog.CountImages(ctx, catalog.Filter{})
	if n == 0 {
		return func(context.Context, catalog.Hash) (bool, error) { return false, nil }, err
	}
	return s.isKnown, err
}

func (s *ingesting) isKnown(ctx context.Context, h catalog.Hash) (bool, error) {
	ids, err := s.env.Catalog.HasImages(ctx, []catalog.Hash{h})
	return len(ids) > 0, err
}

func (r *reading) workers(ctx context.Context, n int) error {
	var all sync.WaitGroup
	for range n {
		all.Go(func() { r.worker(ctx) })
	}
	all.Wait()
	return nil
}

// worker finishes every job that it takes, so that the recorder never waits in vain.
func (r *reading) worker(ctx context.Context) {
	var buf []byte
	for j := range r.work {
		var out readOutcome
		switch {
		case ctx.Err() != nil:
			out = readOutcome{skipped: true}
		case j.data != nil:
			out = r.measure(ctx, j.data)
			j.data = nil
		default:
			out, buf = r.file(ctx, j.file.Path, j.file.Stat.Size, buf)
		}
		if j.release != nil {
			j.release()
		}
		if cap(buf) > keptBuffer {
			buf = nil
		}
		j.decided(out)
	}
}

// makeJobs walks a second time and makes a job of everything that is to be read.
func (r *reading) makeJobs(ctx context.Context) error {
	defer close(r.ordered)
	defer close(r.work)
	return r.walk(ctx, nil, func(w *walked) error {
		switch r.actionFor(w) {
		case keepAsIs:
			return r.relabel(ctx, w)
		case readFile:
			return r.sendFile(ctx, w)
		case readArchive:
			return r.readArchive(ctx, w)
		}
		return nil
	})
}

// relabel records what is newly said of a file that is as it was.
func (r *reading) relabel(ctx context.Context, w *walked) error {
	f, err := r.factsAt(w.Path, w.Virtual, ingest.Facts{})
	if err != nil {
		return err
	}
	origin, changed := f.over(w.known.Origin)
	if !changed {
		return nil
	}
	return r.enqueue(ctx, relabelled(w.File, w.known, origin).decided(readOutcome{}))
}

// relabelled is the job of a location whose content is as recorded.
func relabelled(file ingest.File, k catalog.Known, o catalog.Origin) *job {
	return &job{file: file, known: k, news: true, done: make(chan struct{}), sighting: catalog.Sighting{
		Path: k.Path, Kind: k.Kind, Container: k.Container, Root: k.Root,
		Size: k.Size, ModTime: k.ModTime, Inode: k.Inode, Origin: o, Problem: k.Problem,
	}}
}

func (r *reading) sendFile(ctx context.Context, w *walked) error {
	j, err := r.newJob(w.File, w.known, catalog.Sighting{
		Path: w.Path, Kind: catalog.KindFile, Root: w.Root,
		Size: w.Stat.Size, ModTime: w.Stat.ModTime, Inode: w.Stat.Identity,
	}, w.Virtual, ingest.Facts{})
	if err != nil {
		return err
	}
	if w.Problem != "" {
		return r.enqueue(ctx, j.decided(readOutcome{problem: w.Problem}))
	}
	return r.send(ctx, j, w.Stat.Size)
}

// newJob says of a sighting what flags, manifest, sidecar and folders say.
func (r *reading) newJob(file ingest.File, known catalog.Known, s catalog.Sighting, virtual string, sidecar ingest.Facts) (*job, error) {
	f, err := r.factsAt(s.Path, virtual, sidecar)
	if err != nil {
		return nil, err
	}
	j := &job{file: file, sighting: s, done: make(chan struct{})}
	j.sighting.Origin = f.fresh()
	if known.ID != 0 && known.Gone.IsZero() {
		j.known = known
		j.sighting.Origin, j.news = f.over(known.Origin)
	}
	return j, nil
}

// send gives a job to the workers and to the recorder, once the memory for its
// content is free. Contents that are over the limit are never loaded.
func (r *reading) send(ctx context.Context, j *job, size int64) (err error) {
	if size > r.limits.MaxBytes {
		size = 0
	}
	if j.release == nil {
		if j.release, err = r.load.Acquire(ctx, size); err != nil {
			return err
		}
	}
	select {
	case r.work <- j:
		return r.enqueue(ctx, j)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enqueue puts a job in line for the recorder.
func (r *reading) enqueue(ctx context.Context, j *job) error {
	select {
	case r.ordered <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
