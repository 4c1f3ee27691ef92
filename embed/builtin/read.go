package builtin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// Open reads an encoder file. What is wrong with one that is cut, foreign, of
// another version, or does not fit its own description is an error that says so.
// Close it after use.
func Open(path string) (*Encoder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	e, err := read(f, st.Size(), path)
	if err != nil {
		f.Close()
		return nil, err
	}
	e.closer = f
	return e, nil
}

func read(r io.ReaderAt, size int64, name string) (*Encoder, error) {
	f, err := safetensors.OpenReader(r, size, name)
	if err != nil {
		return nil, err
	}
	e := &Encoder{Bytes: size, name: name, file: f}
	if err := errors.Join(e.parseMeta(f.Metadata), e.checkTensors()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, size)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	e.Hash = hex.EncodeToString(sum.Sum(nil))
	return e, nil
}

// checkTensors holds the tensors to the description.
func (e *Encoder) checkTensors() error {
	if e.Config.Hidden == 0 { // parseMeta has said what is wrong
		return nil
	}
	if err := checkBits(e.Config, e.Bits); err != nil {
		return err
	}
	want := layout(e.Config, e.Card)
	for _, name := range e.file.Names() {
		if _, ok := want[name]; !ok {
			return fmt.Errorf("tensor %s belongs to no layer of its config.json", name)
		}
	}
	for name, w := range want {
		got, ok := e.file.Info(name)
		if !ok {
			return fmt.Errorf("tensor %s is missing", name)
		}
		if !sameLayout(got, w) {
			return fmt.Errorf("tensor %s is %s %v, its config.json asks for %s %v", name, got.Type, got.Shape, w.Type, w.Shape)
		}
	}
	return nil
}

// Load reads the weights.
func (e *Encoder) Load() (Weights, error) {
	w := Weights{Model: &vit.Model{Config: e.Config, Weights: vit.Weights{}}, Layers: map[string]*vit.Quantised{}}
	for _, p := range e.Config.Params() {
		var err error
		switch base, weight := strings.CutSuffix(p.Name, ".weight"); {
		case kindOf(p.Name) == kept:
			var data []float32
			data, err = e.file.Float32(p.Name)
			w.Model.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: data}
		case kindOf(p.Name) == linear && weight:
			w.Layers[base], err = e.layer(base, p.Shape[1], p.Shape[0])
		}
		if err != nil {
			return w, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return w, nil
}

// layer reads a linear layer.
func (e *Encoder) layer(name string, in, out int) (*vit.Quantised, error) {
	bias, err1 := e.file.Float32(name + biases)
	span, err2 := e.file.Float32(name + ranges)
	scale, err3 := e.file.Float32(name + scales)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	q := &vit.Quantised{In: in, Out: out, Scale: scale, Bias: bias, Low: span[0], High: span[1]}
	if err := e.integers(name, q); err != nil {
		return nil, err
	}
	if err := q.Check(); err != nil {
		return nil, fmt.Errorf("layer %s: %w", name, err)
	}
	return q, nil
}

// integers reads the weights of a layer.
func (e *Encoder) integers(name string, q *vit.Quantised) error {
	if e.Bits < 8 {
		l, err1 := e.file.Bytes(name + levels)
		s, err2 := e.file.Bytes(name + steps)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		packing(e.Bits).unpack(packed{l, s, q.Scale}, q)
		return nil
	}
	raw, err := e.file.Bytes(name + weight8)
	q.Weight = make([]int8, len(raw))
	for i, b := range raw {
		q.Weight[i] = int8(b)
	}
	return err
}
