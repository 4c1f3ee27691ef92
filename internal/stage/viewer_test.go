package stage

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
)

// Files that are sent as they are wait for each other, by their bytes.
func TestOriginalsWaitForRoom(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.ingest()
	var ims []catalog.Image
	for id := range catalog.ImageID(2) {
		im, err := h.env.Catalog.ImageByID(t.Context(), id+1)
		h.must(err)
		ims = append(ims, im)
	}
	v := NewViewer(h.env)
	defer v.Close()
	v.room = imageio.NewGate(ims[0].Bytes + ims[1].Bytes/2)
	data, mime, done, err := v.Original(t.Context(), ims[0])
	if err != nil || int64(len(data)) != ims[0].Bytes || mime != "image/jpeg" {
		t.Fatalf("%d bytes of %s (%v)", len(data), mime, err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, _, err := v.Original(soon, ims[1]); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second is read while there is no room: %v", err)
	}
	if _, err := v.Reduced(soon, ims[1], 32); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("so is one that is reduced: %v", err)
	}
	done()
	if _, _, done, err := v.Original(t.Context(), ims[1]); err != nil {
		t.Errorf("the second in its turn: %v", err)
	} else {
		done()
	}
}
