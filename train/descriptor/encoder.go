package descriptor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// Encoder describes pictures as a trained network does. It must be closed.
type Encoder struct {
	Dim     int // values of a descriptor
	session *ort.Session
	config  preprocess.Config
	workers int
}

// Network is what an [Encoder] runs: the first blocks of a model and a projection,
// as [Fit] leaves them and [WriteFolder] stores them.
type Network struct {
	Model *vit.Model
	Projection
	Preprocess preprocess.Config
}

// networkOf is m with the trained weights in flat, which it shares.
func networkOf(a *arena.Arena, m *vit.Model, flat []float32, c preprocess.Config) Network {
	return Network{a.Model(m, flat), Projection{a.Named(flat, weightInput), a.Named(flat, biasInput)}, c}
}

// Trained tells whether a model folder has a trained descriptor's projection.
func Trained(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ProjectionFile))
	return err == nil
}

// ReadFolder reads what WriteFolder wrote.
func ReadFolder(dir string) (n Network, err error) {
	if n.Model, err = vit.Load(dir); err != nil {
		return n, err
	}
	if n.Preprocess, err = preprocess.ReadConfig(dir); err != nil {
		return n, err
	}
	f, err := safetensors.Open(filepath.Join(dir, ProjectionFile))
	if err != nil {
		return n, err
	}
	defer f.Close()
	if n.Weight, err = f.Float32("weight"); err != nil {
		return n, err
	}
	n.Bias, err = f.Float32("bias")
	if err == nil && len(n.Weight) != len(n.Bias)*n.Model.Config.Hidden {
		err = fmt.Errorf("%s: a projection of %d weights to %d values does not fit a model of width %d", dir, len(n.Weight), len(n.Bias), n.Model.Config.Hidden)
	}
	return n, err
}

// Open prepares the network. The model's own resolution counts.
func (n Network) Open(rt *ort.Runtime, d ort.Device, threads int) (*Encoder, error) {
	g, c := onnx.New("descriptor"), n.Model.Config
	side, dim := c.ImageSize, len(n.Bias)
	out, err := vit.Forward(g, n.Model, vit.Options{Width: side, Height: side, CLS: []int{c.Layers}, Fused: true})
	if err != nil {
		return nil, err
	}
	y := g.Op("Gemm", []string{unit(g, out.CLS[0]), g.Weight(weightInput, n.Weight, dim, c.Hidden), g.Weight(biasInput, n.Bias, dim)}, onnx.IntAttr("transB", 1))
	g.Output(unit(g, y), onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(dim)})
	s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: d, Threads: threads})
	if err != nil {
		return nil, err
	}
	return &Encoder{Dim: dim, session: s, config: n.Preprocess.WithResolution(side), workers: threads}, nil
}

// Close frees the encoder.
func (e *Encoder) Close() error { return e.session.Close() }

// Describe returns the descriptors of n pictures, row by row. open is called from
// several goroutines at once.
func (e *Encoder) Describe(ctx context.Context, n int, open func(i int) (*raster.Picture, error)) ([]float32, error) {
	side, _ := e.config.Size()
	values := 3 * side * side
	rows, pixels := make([]float32, n*e.Dim), make([]float32, atOnce*values)
	for from := 0; from < n; from += atOnce {
		part := min(atOnce, n-from)
		err := inParallel(ctx, part, e.workers, func(i int) error {
			p, err := open(from + i)
			if err != nil {
				return err
			}
			return e.config.Tensor(p, pixels[i*values:(i+1)*values])
		})
		if err != nil {
			return nil, err
		}
		in, err := ort.NewTensor(pixels[:part*values], part, 3, side, side)
		if err != nil {
			return nil, err
		}
		out, err := ort.NewTensor(rows[from*e.Dim:(from+part)*e.Dim], part, e.Dim)
		if err != nil {
			return nil, err
		}
		if err := e.session.Run(ctx, []*ort.Tensor{in}, []*ort.Tensor{out}); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
