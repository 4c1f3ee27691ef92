package embed

import (
	"context"
	"math"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/raster"
)

// fill reads a picture and writes its numbers to dst; after an error dst holds
// zeros.
func (e *Encoder) fill(ctx context.Context, it Item, dst []float32) error {
	if it.Picture != nil {
		p, err := it.Picture()
		if err != nil {
			return err
		}
		return e.numbers(p, dst)
	}
	data, err := it.Open()
	if err != nil {
		return err
	}
	info, err := imageio.ReadInfo(data, e.limits)
	if err != nil {
		return err
	}
	release, err := e.gate.Acquire(ctx, info.DecodeBytes())
	if err != nil {
		return err
	}
	defer release()
	p, _, err := imageio.Decode(data, e.limits)
	if err != nil {
		return err
	}
	return e.numbers(p, dst)
}

// numbers writes what the model reads of a picture.
func (e *Encoder) numbers(p *raster.Picture, dst []float32) error {
	err := e.pre.Tensor(p, dst)
	if err != nil {
		clear(dst)
	}
	return err
}

// run runs the model on a batch and sets its vectors.
func (e *Encoder) run(ctx context.Context, b *batch) error {
	w, h := e.pre.Size()
	in, err := ort.NewTensor(b.pixels, e.batch, 3, h, w)
	if err != nil {
		return err
	}
	out := make([]*ort.Tensor, len(e.session.Outputs()))
	if err := e.session.Run(ctx, []*ort.Tensor{in}, out); err != nil {
		return err
	}
	b.pixels = nil
	b.copies, b.heads = make([][]float32, len(b.items)), make([][]float32, len(b.items))
	for i := range b.items {
		b.copies[i], b.heads[i] = e.vectors(out, i)
	}
	return nil
}

// vectors returns the two vectors of picture i.
func (e *Encoder) vectors(out []*ort.Tensor, i int) (copied, head []float32) {
	row := func(t *ort.Tensor, n int) []float32 { return t.Floats()[i*n : (i+1)*n] }
	copied = make([]float32, 0, e.CopyDim)
	if e.ending != nil { // in floats on every device
		return e.ending.Append(copied, appendUnit(nil, row(out[0], e.hidden))), nil
	}
	for _, t := range out[:len(e.Layers)] {
		copied = appendUnit(copied, row(t, e.hidden))
	}
	if len(e.Layers) == 0 { // a bare encoder has one vector for both
		copied = appendUnit(copied, row(out[0], e.CopyDim))
	}
	if e.HeadDim > 0 {
		head = append(head, row(out[len(out)-1], e.HeadDim)...)
	}
	return copied, head
}

// appendUnit appends v scaled to length 1; a vector of zeros stays as it is.
func appendUnit(dst, v []float32) []float32 {
	sum := 0.
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	scale := 1.
	if sum > 0 {
		scale = 1 / math.Sqrt(sum)
	}
	for _, x := range v {
		dst = append(dst, float32(float64(x)*scale))
	}
	return dst
}
