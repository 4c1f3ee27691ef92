package builtin

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/vit"
)

// EnoughPictures is how many pictures show the ranges of inputs well: what is
// beyond the ends of a range is cut to them, which costs precision.
const EnoughPictures = 240

// Observe runs the cut model on pictures, on the CPU in floats, at every size that it
// is to be run at, and sets the range that the inputs of each linear layer have, from
// the least to the greatest value seen. One that was seen before is widened. The order
// of pictures does not matter.
func (s *Source) Observe(ctx context.Context, rt *ort.Runtime, threads int, pictures iter.Seq2[*raster.Picture, error]) error {
	if s.Ranges == nil {
		s.Ranges = map[string][2]float32{}
	}
	var eyes []*eye
	for _, side := range s.sides() {
		e, err := s.newEye(rt, threads, side)
		if err != nil {
			return fmt.Errorf("see the ranges of a model: %w", err)
		}
		defer e.session.Close()
		eyes = append(eyes, e)
	}
	for p, err := range pictures {
		if err != nil {
			return err
		}
		for _, e := range eyes {
			if err := s.widen(ctx, e, p); err != nil {
				return err
			}
		}
		s.Pictures++
	}
	if s.Pictures == 0 {
		return errors.New("see the ranges of a model: there is no picture")
	}
	return nil
}

// eye sees the ranges at one size of picture.
type eye struct {
	session *ort.Session
	layers  []string
	pre     preprocess.Config
}

func (s *Source) newEye(rt *ort.Runtime, threads, side int) (*eye, error) {
	pre, err := preprocess.ParseConfig(s.Preprocess)
	if err != nil {
		return nil, err
	}
	graph, layers, err := s.observed(side)
	if err != nil {
		return nil, err
	}
	session, err := rt.NewSession(graph, ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Threads: threads})
	return &eye{session, layers, pre.WithResolution(side)}, err
}

// widen runs one picture.
func (s *Source) widen(ctx context.Context, e *eye, p *raster.Picture) error {
	w, h := e.pre.Size()
	pixels := make([]float32, 3*w*h)
	if err := e.pre.Tensor(p, pixels); err != nil {
		return err
	}
	in, err := ort.NewTensor(pixels, 1, 3, h, w)
	if err != nil {
		return err
	}
	out := make([]*ort.Tensor, 2*len(e.layers))
	if err := e.session.Run(ctx, []*ort.Tensor{in}, out); err != nil {
		return err
	}
	for i, name := range e.layers {
		low, high := out[2*i].Floats()[0], out[2*i+1].Floats()[0]
		span := s.Ranges[name] // holds 0, as every range does
		s.Ranges[name] = [2]float32{min(span[0], low), max(span[1], high)}
	}
	return nil
}

// observed returns the graph of the model for pictures of side pixels, whose outputs
// are the ranges of layers, two each.
func (s *Source) observed(side int) (graph []byte, layers []string, err error) {
	g := onnx.New("ranges")
	f, err := vit.Forward(g, s.Float(), vit.Options{Width: side, Height: side, CLS: []int{s.Model.Config.Layers}, Fused: true, Observe: true})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range f.Ranges {
		layers = append(layers, r.Layer)
		g.Output(r.Low, onnx.Float, onnx.Dims(1, 1)...)
		g.Output(r.High, onnx.Float, onnx.Dims(1, 1)...)
	}
	return g.Marshal(), layers, nil
}

// Float returns the cut model in floats, before its weights are rounded.
func (s *Source) Float() *vit.Model { return unscale(s.Model) }
