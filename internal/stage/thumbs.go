package stage

import (
	"context"
	"os"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
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

// read returns the small picture of a recorded content. It is the one in the cache if
// a file that holds the content is as it was recorded, by its size and times and the
// number that the file system gave it; an archive, if it is as it was when it was read
// to its end. Else the original is read, compared and decoded, and the error is that of
// originals.read or says why it is no picture.
func (t *thumbs) read(ctx context.Context, w catalog.Work) (*raster.Picture, error) {
	if t.store != nil && t.unchanged(w) {
		if jpeg := t.store.Get(ctx, w.Hash); jpeg != nil {
			if p, err := thumb.Decode(jpeg); err == nil {
				return p, nil
			}
		}
	}
	jpeg, err := t.remake(ctx, w)
	if err != nil {
		return nil, err
	}
	return thumb.Decode(jpeg)
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

// remake makes the small picture of an original, and keeps it for next time.
func (t *thumbs) remake(ctx context.Context, w catalog.Work) ([]byte, error) {
	data, err := t.originals.read(w)
	if err != nil {
		return nil, err
	}
	info, err := imageio.ReadInfo(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	done, err := t.gate.Acquire(ctx, info.DecodeBytes())
	if err != nil {
		return nil, err
	}
	defer done()
	small, _, err := thumb.Make(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	jpeg, err := small.JPEG()
	if err != nil {
		return nil, err
	}
	if !w.Hash.IsZero() {
		t.keep(ctx, thumb.Entry{Hash: w.Hash, JPEG: jpeg})
	}
	return jpeg, nil
}

// keep stores small pictures, so many at a time.
func (t *thumbs) keep(ctx context.Context, e thumb.Entry) {
	t.mu.Lock()
	t.fresh = append(t.fresh, e)
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
