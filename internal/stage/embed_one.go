package stage

import (
	"context"
	"slices"

	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/thumb"
)

// one describes a picture file that need not be in the catalogue, as Embed would: it
// is what the space of copies holds of an image with these bytes, before that is rounded.
func (p *embedding) one(ctx context.Context, data []byte) (own []float32, err error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	item := embed.Item{Open: func() ([]byte, error) { return data, nil }}
	if p.small != nil {
		item.Picture = func() (*raster.Picture, error) {
			if p.view {
				seen, _, err := thumb.View(data, imageio.DefaultLimits)
				return seen, err
			}
			return smallOf(data)
		}
	}
	_, err = p.encoder.Encode(ctx, slices.Values([]embed.Item{item}), func(r embed.Result) error {
		own = r.Copy
		return r.Err
	})
	return own, err
}

// smallOf is the small picture that ingest would keep of a file: see thumbs.small.
func smallOf(data []byte) (*raster.Picture, error) {
	small, _, err := thumb.Make(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	packed, err := small.Pack()
	if err != nil {
		return nil, err
	}
	return thumb.Unpack(packed)
}
