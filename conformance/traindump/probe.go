package main

import (
	"context"
	"os"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
)

// probe fits a classifier on what the model says of the pictures, and leaves its
// folder.
func probe(args []string) error {
	m, in, err := load(args)
	if err != nil {
		return err
	}
	f, err := features(m, in)
	if err != nil {
		return err
	}
	r, err := train.Probe(context.Background(), &train.ProbeJob{Model: m, Classes: m.Config.Labels, Positive: 1, Train: f, Val: f})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(args[2], 0o755); err != nil {
		return err
	}
	return leave(args[2], r, args[0], in.side, m.Config.Labels)
}

// features are the vectors that the model's classifier reads.
func features(m *vit.Model, in *pictures) (train.Features, error) {
	g := onnx.New("features")
	out, err := vit.Forward(g, m, vit.Options{Width: in.side, Height: in.side, Head: true})
	if err != nil {
		return train.Features{}, err
	}
	g.Output(out.Head, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Config.HeadDim())})
	head, err := evaluate(g, m, in)
	if err != nil {
		return train.Features{}, err
	}
	return train.Features{Dim: m.Config.HeadDim(), Rows: head[0].Floats(), Label: in.labels}, nil
}
