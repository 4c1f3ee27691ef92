package stage

import (
	"context"
	"os"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/thumb"
)

// thumbs gives the small pictures that ingest left in the cache, and makes anew those
// that are missing there. A store that cannot be used costs time and nothing else. It
// must be closed. Its methods may be called from several goroutines.
type thumbs struct {
	originals
	store *thumb.Store // nil: there is none
	seen  *ingest.Memory
	gate  *imageio.Gate
	tell  func(error) // once

	mu    sync.Mutex
	fresh []thumb.Entry // made anew and not stored yet
}

// thumbsPerPut is how many small pictures one transaction takes.
const thumbsPerPut = 256

func openThumbs(e *Env) *thumbs {
	t := &thumbs{originals: newOriginals(), seen: ingest.LoadMemory(e.Cache), gate: imageio.NewGate(decodeMemory)}
	var once sync.Once
	t.tell = func(err error) {
		once.Do(func() { e.Notice("pictures will be decoded again where they need not be: %v", err) })
	}
	t.store = openThumbStore(e, t.tell)
	return t
}

func openThumbStore(e *Env, tell func(error)) *thumb.Store {
	if e.Cache == "" {
		return nil
	}
	s, err := thumb.Open(e.Cache)
	if err != nil {
		tell(err)
		return nil
	}
	return s
}

// Close stores what was made anew.
func (t *thumbs) Close() error {
	t.put(context.Background(), t.fresh)
	if t.store != nil {
		t.store.Close() // what it could not keep can be made again
	}
	return t.originals.Close()
}

// small returns the small picture of a recorded content. It is the one in the cache if
// a file that holds the content is as it was recorded, by its size and times and the
// number that the file system gave it; an archive, if it is as it was when it was read
// to its end. Else the original is read, compared and decoded, and the error is that of
// originals.read or says why it is no picture.
func (t *thumbs) small(ctx context.Context, w catalog.Work) (*raster.Picture, error) {
	if p := t.kept(ctx, w); p != nil {
		return p, nil
	}
	var packed []byte
	err := t.original(ctx, w, func(data []byte) error {
		small, _, err := thumb.Make(data, imageio.DefaultLimits)
		if err != nil {
			return err
		}
		packed, err = small.Pack()
		return err
	})
	if err != nil {
		return nil, err
	}
	t.keep(ctx, w, packed)
	return thumb.Unpack(packed)
}

// view is small for those who have to see more than a tiny picture.
func (t *thumbs) view(ctx context.Context, w catalog.Work) (p *raster.Picture, err error) {
	if p := t.kept(ctx, w); p != nil && thumb.Shows(p, w.Width, w.Height) {
		return p, nil
	}
	err = t.original(ctx, w, func(data []byte) (err error) {
		p, _, err = thumb.View(data, imageio.DefaultLimits)
		return err
	})
	return p, err
}

// hash returns the perceptual hash as ingest takes it: of the small picture as it is
// made of the original, before it is written as a JPEG.
func (t *thumbs) hash(ctx context.Context, w catalog.Work) (hash catalog.PHash, err error) {
	err = t.original(ctx, w, func(data []byte) error {
		small, _, err := thumb.Make(data, imageio.DefaultLimits)
		if err == nil {
			hash = catalog.PHash(dedup.HashOfLuma(small.Luma()).Orientations())
		}
		return err
	})
	return hash, err
}

// kept returns the small picture in the cache, nil if there is none that will do.
func (t *thumbs) kept(ctx context.Context, w catalog.Work) *raster.Picture {
	if t.store == nil || !t.unchanged(w) {
		return nil
	}
	packed := t.store.Get(ctx, w.Hash)
	if packed == nil {
		return nil
	}
	p, err := thumb.Unpack(packed)
	if err != nil {
		return nil
	}
	return p
}

// unchanged tells whether one of the places of a content is as it was recorded.
func (t *thumbs) unchanged(w catalog.Work) bool {
	if t.same(w.Place) {
		return true
	}
	for _, p := range w.Others {
		if t.same(p) {
			return true
		}
	}
	return false
}

func (t *thumbs) same(p catalog.Place) bool {
	path := p.Path
	if p.Container != "" {
		path = p.Container
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	stat := ingest.StatOf(info)
	if p.Container != "" {
		_, same := t.seen.Archive(ingest.File{Path: path, Stat: stat})
		return same
	}
	return stat == ingest.Stat{Size: p.Size, ModTime: p.ModTime, Identity: p.Inode}
}

// original hands the recorded content to decode, when there is memory for it.
func (t *thumbs) original(ctx context.Context, w catalog.Work, decode func(data []byte) error) error {
	data, err := t.originals.read(w)
	if err != nil {
		return err
	}
	info, err := imageio.ReadInfo(data, imageio.DefaultLimits)
	if err != nil {
		return err
	}
	done, err := t.gate.Acquire(ctx, info.DecodeBytes())
	if err != nil {
		return err
	}
	defer done()
	return decode(data)
}

// keep stores a small picture that was made anew, so many at a time.
func (t *thumbs) keep(ctx context.Context, w catalog.Work, packed []byte) {
	if w.Hash.IsZero() {
		return
	}
	t.mu.Lock()
	t.fresh = append(t.fresh, thumb.Entry{Hash: w.Hash, Packed: packed})
	var full []thumb.Entry
	if len(t.fresh) >= thumbsPerPut {
		full, t.fresh = t.fresh, nil
	}
	t.mu.Unlock()
	t.put(ctx, full)
}

func (t *thumbs) put(ctx context.Context, entries []thumb.Entry) {
	if t.store == nil {
		return
	}
	if err := t.store.Put(ctx, entries); err != nil && ctx.Err() == nil {
		t.tell(err)
	}
}
