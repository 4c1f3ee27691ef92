package scene

import (
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"math/rand/v2"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

type codec int

const (
	jpegCodec codec = iota
	pngCodec
	webpCodec
	gifCodec
)

// format is how a file of a heap is saved.
type format struct {
	codec   codec
	quality int
}

// drawFormat does not know the label, so that no header can tell it.
func drawFormat(rng *rand.Rand) format {
	switch n := rng.IntN(100); {
	case n < 12:
		return format{codec: pngCodec}
	case n < 20:
		return format{webpCodec, 80 + rng.IntN(15)}
	}
	return format{jpegCodec, 84 + rng.IntN(12)}
}

func (f format) extension() string {
	return [...]string{".jpg", ".png", ".webp", ".gif"}[f.codec]
}

func (f format) encode(p *raster.Picture) ([]byte, error) {
	switch f.codec {
	case pngCodec:
		return edit.EncodePNG(p)
	case webpCodec:
		return edit.EncodeWebP(p, f.quality)
	case gifCodec:
		return encodeGIF(p)
	}
	return edit.EncodeJPEG(p, f.quality)
}

// encodeGIF pans over the picture in four frames.
func encodeGIF(p *raster.Picture) ([]byte, error) {
	const frames, step = 4, 6
	var g gif.GIF
	box := image.Rect(0, 0, max(1, p.W-(frames-1)*step), p.H)
	for i := range frames {
		frame := image.NewPaletted(box, palette.Plan9)
		draw.FloydSteinberg.Draw(frame, box, p, image.Pt(i*step, 0))
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 12)
	}
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, &g); err != nil {
		return nil, fmt.Errorf("encode gif of %dx%d: %w", p.W, p.H, err)
	}
	return buf.Bytes(), nil
}

// content draws the scene of an item, edits it, saves it and spoils the file.
func (it item) content() ([]byte, error) {
	if it.Kind == Empty || it.Kind == Other {
		return it.spoil(nil), nil
	}
	p := RenderOf(it.seed, it.w, it.h, Options{Subject: it.Subject, Camera: it.camera, Generator: it.generator})
	if it.change != nil {
		p = it.change(p)
	}
	data, err := it.format.encode(p)
	if err == nil && it.spoil != nil {
		data = it.spoil(data)
	}
	return data, err
}
