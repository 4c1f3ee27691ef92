package train

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/vit"
)

// tiny returns a small model of a family with random weights, for pictures of 8
// pixels in patches of 4.
func tiny(t testing.TB, family string) *vit.Model {
	t.Helper()
	c, err := vit.ParseConfig(fmt.Appendf(nil, `{"model_type": %q, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
		"intermediate_size": 32, "mlp_ratio": 2, "image_size": 8, "patch_size": 4}`, family))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	m := &vit.Model{Config: c, Weights: vit.Weights{}}
	for _, p := range c.Params() {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(r.NormFloat64()) * .2
			if len(p.Shape) == 1 {
				data[i]++ // scales of norms and layers are near 1
			}
		}
		m.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: data}
	}
	return m
}

// drawn writes the picture of an example: noise, and for odd classes a bright
// upper half.
func drawn(_ context.Context, id string, dst []float32) error {
	h := fnv.New64a()
	h.Write([]byte(id))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	for i := range dst {
		dst[i] = float32(r.NormFloat64())
		if id[0] == '1' && i%64 < 32 {
			dst[i]++
		}
	}
	return nil
}

func examples(n, from int) []Example {
	out := make([]Example, n)
	for i := range out {
		out[i] = Example{ID: fmt.Sprintf("%d-%d", i%2, from+i), Label: i % 2}
	}
	return out
}

// job is a small run that ends in well under a second.
func job(t testing.TB, dir string) *Job {
	t.Helper()
	o := Recipe()
	o.Epochs, o.LR, o.Batch, o.Micro = 3, 3e-3, 8, 3
	return &Job{
		Options: o, Model: tiny(t, "vit"), ModelKey: "tiny", Side: 8, Classes: []string{"real", "ai"}, Positive: 1,
		Train: examples(44, 0), Val: examples(20, 1000), Open: drawn,
		Runtime: orttest.Open(t), Device: ort.Device{Provider: ort.CPU}, Threads: 1, Dir: dir,
	}
}

func fit(t testing.TB, j *Job) *Result {
	t.Helper()
	r, err := Fit(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
