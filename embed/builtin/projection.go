package builtin

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/safetensors"
)

// projectionFile lies in the folder of an encoder that `curate train --objective
// descriptor` has trained, beside its weights.
const projectionFile = "projection.safetensors"

// The tensors of a projection: in projectionFile, and in an encoder file, where they
// stay in floats.
const (
	projectionWeight = "projection.weight" // F32 [Dim, Hidden]
	projectionBias   = "projection.bias"   // F32 [Dim]
)

// Projection is what a trained descriptor ends with. That of a CLS token x of the last
// block is Weight x/|x| + Bias, scaled to length 1.
type Projection struct {
	Dim    int       // values of a descriptor
	Weight []float32 // Dim rows as wide as a token
	Bias   []float32 // Dim values
}

// Append appends the descriptor of a token of length 1 to dst. It adds in one order
// only, so a token gives the same whatever else is described.
func (p *Projection) Append(dst, token []float32) []float32 {
	from := len(dst)
	sum := 0.
	for d := range p.Dim {
		row, v := p.Weight[d*len(token):(d+1)*len(token)], float64(p.Bias[d])
		for i, x := range token {
			v += float64(x) * float64(row[i])
		}
		sum += v * v
		dst = append(dst, float32(v))
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := from; i < len(dst); i++ {
			dst[i] *= scale
		}
	}
	return dst
}

// IsTrained tells whether a model folder has the projection of a trained descriptor.
func IsTrained(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, projectionFile))
	return err == nil
}

// readProjection reads the projection of a model folder, nil where there is none.
func readProjection(folder string, hidden int) (*Projection, error) {
	path := filepath.Join(folder, projectionFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	weight, err1 := f.Float32("weight")
	bias, err2 := f.Float32("bias")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if len(bias) == 0 || len(weight) != len(bias)*hidden {
		return nil, fmt.Errorf("%s: %d weights and %d biases are no projection of tokens of %d values", path, len(weight), len(bias), hidden)
	}
	return &Projection{Dim: len(bias), Weight: weight, Bias: bias}, nil
}

// Projection reads what the encoder's descriptor ends with, nil where that is the
// tokens themselves.
func (e *Encoder) Projection() (*Projection, error) {
	if e.Dim == 0 {
		return nil, nil
	}
	weight, err1 := e.file.Float32(projectionWeight)
	bias, err2 := e.file.Float32(projectionBias)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	return &Projection{Dim: e.Dim, Weight: weight, Bias: bias}, nil
}
