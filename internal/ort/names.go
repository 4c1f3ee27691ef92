package ort

import (
	"errors"
	"fmt"

	native "github.com/yalue/onnxruntime_go"

	"github.com/curate/curate/internal/onnx"
)

// names returns the names of a graph's inputs and outputs. Reading the file is
// far cheaper than asking the library, which would prepare a session for it; the
// library is asked only for graphs with sub-graphs, which package onnx refuses.
func names(model []byte) (in, out []string, err error) {
	if len(model) == 0 {
		return nil, nil, errors.New("prepare a graph: no bytes")
	}
	g, err := onnx.Unmarshal(model)
	if err != nil {
		in, out, err = askNames(model)
	} else {
		in, out = graphNames(g)
	}
	if err == nil && (len(in) == 0 || len(out) == 0) {
		err = fmt.Errorf("a graph with %d inputs and %d outputs cannot run", len(in), len(out))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("prepare a graph: %w", err)
	}
	return in, out, nil
}

// graphNames passes over inputs that are weights: files before IR version 4 list
// those too.
func graphNames(g *onnx.Graph) (in, out []string) {
	weight := map[string]bool{}
	for _, t := range g.Init {
		weight[t.Name] = true
	}
	for _, v := range g.Inputs {
		if !weight[v.Name] {
			in = append(in, v.Name)
		}
	}
	for _, v := range g.Outputs {
		out = append(out, v.Name)
	}
	return in, out
}

func askNames(model []byte) (in, out []string, err error) {
	ins, outs, err := native.GetInputOutputInfoWithONNXData(model)
	for _, v := range ins {
		in = append(in, v.Name)
	}
	for _, v := range outs {
		out = append(out, v.Name)
	}
	return in, out, err
}
