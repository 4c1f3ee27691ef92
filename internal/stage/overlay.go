package stage

import (
	"context"
	"errors"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/register"
)

// Overlays finds where one picture of a catalogue lies on another, and remembers what it
// has found. Its methods may be called from several goroutines.
type Overlays struct {
	viewer *Viewer

	mu    sync.Mutex
	found map[overlayKey]Overlay
}

// Overlay is where a picture lies on another one, or why that is not known.
type Overlay struct {
	register.Placement
	Orientation int // EXIF, that lays it upright
	Err         error
}

type overlayKey struct {
	keeper, other catalog.Hash
	orientation   int
}

// overlayHeight is how high the pictures are that are laid on each other: as tiles are.
const overlayHeight = 240

// overlaysKept is how many results are remembered.
const overlaysKept = 100_000

// NewOverlays makes one that reads through a viewer.
func NewOverlays(v *Viewer) *Overlays { return &Overlays{viewer: v, found: map[overlayKey]Overlay{}} }

// Known returns what was found before.
func (o *Overlays) Known(keeper, other catalog.Hash, orientation int) (Overlay, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	at, ok := o.found[overlayKey{keeper, other, orientation}]
	return at, ok
}

// turnedIf is up to which agreement a picture may be a turned one, when nobody knows how it
// lies, and well the agreement that shows it.
const (
	turnedIf = 0.7
	well     = 0.85
)

// Find returns where other lies on keeper after it was turned by an EXIF orientation; 0 means
// that it is not known, and that the others are tried when it does not lie well as it is.
func (o *Overlays) Find(ctx context.Context, keeper, other catalog.Image, orientation int) Overlay {
	if at, ok := o.Known(keeper.Hash, other.Hash, orientation); ok {
		return at
	}
	at := o.look(ctx, keeper, other, orientation)
	if errors.Is(at.Err, context.Canceled) {
		return at
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.found) >= overlaysKept {
		clear(o.found)
	}
	o.found[overlayKey{keeper.Hash, other.Hash, orientation}] = at
	return at
}

func (o *Overlays) look(ctx context.Context, keeper, other catalog.Image, orientation int) (at Overlay) {
	under, err := o.small(ctx, keeper)
	if err != nil {
		return Overlay{Err: err}
	}
	over, err := o.small(ctx, other)
	if err != nil {
		return Overlay{Err: err}
	}
	at = Overlay{Placement: register.Find(under, over.Orient(orientation)), Orientation: max(orientation, 1)}
	for o := 2; o <= 8 && orientation == 0 && at.Agrees < turnedIf; o++ {
		if turned := register.Find(under, over.Orient(o)); turned.Agrees >= well {
			at = Overlay{Placement: turned, Orientation: o}
		}
	}
	return at
}

func (o *Overlays) small(ctx context.Context, im catalog.Image) (*raster.Picture, error) {
	data, err := o.viewer.Reduced(ctx, im, overlayHeight)
	if err != nil {
		return nil, err
	}
	p, _, err := imageio.Decode(data, imageio.DefaultLimits)
	return p, err
}
