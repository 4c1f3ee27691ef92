package stage

import (
	"container/list"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/preprocess"
)

// Viewer reads pictures of a catalogue to be looked at. It must be closed. Its methods
// may be called from several goroutines.
type Viewer struct {
	env    *Env
	reader *pictureReader
	room   *imageio.Gate // for files as they are, while they are in memory

	mu     sync.Mutex
	recent map[viewKey]*list.Element // of order
	order  *list.List                // *view, newest first
	bytes  int
}

type viewKey struct {
	hash   catalog.Hash
	height int
}

type view struct {
	key  viewKey
	jpeg []byte
}

// viewBytes is what is kept in memory of reduced pictures.
const viewBytes = 64 << 20

// NewViewer makes a viewer. Reduced pictures are kept in the catalogue's cache folder,
// which may be deleted at any time.
func NewViewer(e *Env) *Viewer {
	return &Viewer{env: e, reader: newPictureReader(), room: imageio.NewGate(decodeMemory), recent: map[viewKey]*list.Element{}, order: list.New()}
}

// Close closes the archives that were read.
func (v *Viewer) Close() error { return v.reader.Close() }

// Reduced returns an image as a JPEG, upright, over white, at most height pixels high
// and three times as wide. The error says why the file cannot be shown, such as that it
// has changed since it was ingested.
func (v *Viewer) Reduced(ctx context.Context, im catalog.Image, height int) ([]byte, error) {
	key := viewKey{im.Hash, height}
	if data := v.remembered(key); data != nil {
		return data, nil
	}
	path := filepath.Join(v.env.Cache, "views", fmt.Sprint(height), im.Hash.String()[:2], im.Hash.String()+".jpg")
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		if data, err = v.reduce(ctx, im, height); err != nil {
			return nil, err
		}
		// Not to keep it costs time only.
		if os.MkdirAll(filepath.Dir(path), 0o755) == nil {
			_ = atomicfile.WriteFile(path, data, 0o644)
		}
	}
	v.remember(key, data)
	return data, nil
}

func (v *Viewer) reduce(ctx context.Context, im catalog.Image, height int) ([]byte, error) {
	w, leave, err := v.admit(ctx, im)
	if err != nil {
		return nil, err
	}
	defer leave()
	p, done, err := v.reader.decode(ctx, w, height)
	if err != nil {
		return nil, err
	}
	defer done()
	wide, high := fitInto(p.W, p.H, 3*height, height)
	small := p.Picture
	if wide < p.W {
		small = preprocess.Resize(p.Picture, wide, high, preprocess.Bilinear)
	}
	return edit.EncodeJPEG(small, 85)
}

// fitInto returns the size of w x h pixels that fits into a box, in proportion and never
// larger.
func fitInto(w, h, boxW, boxH int) (int, int) {
	scale := min(1, float64(boxW)/float64(w), float64(boxH)/float64(h))
	return max(1, int(float64(w)*scale+.5)), max(1, int(float64(h)*scale+.5))
}

// Original returns an image in full, in a format that browsers show: the file as it is, or
// a JPEG of it. It waits while too many bytes of others are in memory; without an error the
// caller calls done when it has no more use for the data.
func (v *Viewer) Original(ctx context.Context, im catalog.Image) (data []byte, mime string, done func(), err error) {
	w, done, err := v.admit(ctx, im)
	if err != nil {
		return nil, "", nil, err
	}
	if data, mime, err = v.original(ctx, w); err != nil {
		done()
		return nil, "", nil, err
	}
	return data, mime, done, nil
}

func (v *Viewer) original(ctx context.Context, w catalog.Work) (data []byte, mime string, err error) {
	switch w.Format {
	case "jpeg", "png", "gif", "webp", "avif":
		data, err = v.reader.read(w)
		return data, "image/" + w.Format, err
	}
	p, done, err := v.reader.decode(ctx, w, 0)
	if err != nil {
		return nil, "", err
	}
	defer done()
	data, err = edit.EncodeJPEG(p.Picture, 95)
	return data, "image/jpeg", err
}

// admit says where an image can be read, when there is room for its file.
func (v *Viewer) admit(ctx context.Context, im catalog.Image) (w catalog.Work, leave func(), err error) {
	if w, err = v.work(ctx, im); err != nil {
		return w, nil, err
	}
	leave, err = v.room.Acquire(ctx, w.Bytes)
	return w, leave, err
}

// work says where an image can be read.
func (v *Viewer) work(ctx context.Context, im catalog.Image) (catalog.Work, error) {
	w := catalog.Work{Image: im.ID, Hash: im.Hash, Bytes: im.Bytes, Format: im.Format, Width: im.Width, Height: im.Height}
	live, err := v.env.Catalog.LiveOf(ctx, im.Hash)
	for i, l := range live {
		p := catalog.Place{Path: l.Path, Container: l.Container}
		if i == 0 {
			w.Place = p
		} else {
			w.Others = append(w.Others, p)
		}
	}
	if im.Bytes > imageio.DefaultLimits.MaxBytes {
		return w, fmt.Errorf("the file has %d bytes, more than can be shown", im.Bytes)
	}
	return w, err
}

func (v *Viewer) remembered(key viewKey) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	e, ok := v.recent[key]
	if !ok {
		return nil
	}
	v.order.MoveToFront(e)
	return e.Value.(*view).jpeg
}

// remember keeps a reduced picture, in the place of those not asked for longest.
func (v *Viewer) remember(key viewKey, jpeg []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.recent[key]; ok {
		return
	}
	v.recent[key] = v.order.PushFront(&view{key, jpeg})
	v.bytes += len(jpeg)
	for v.bytes > viewBytes {
		last := v.order.Back()
		gone := v.order.Remove(last).(*view)
		delete(v.recent, gone.key)
		v.bytes -= len(gone.jpeg)
	}
}
