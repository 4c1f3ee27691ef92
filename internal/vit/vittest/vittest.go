// Package vittest makes small models for tests: whole folders in Hugging Face
// layout with random weights. What they compute means nothing, but it is the same
// every time, and two pictures get two descriptors.
package vittest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/internal/vit"
)

// Config is a DINOv2 of three blocks, 96 wide, for pictures of 40 x 40 pixels;
// Preprocessing gives it 32 x 32, so its positions are resized.
const (
	Config = `{"model_type":"dinov2","hidden_size":96,"num_hidden_layers":3,"num_attention_heads":3,"image_size":40,"patch_size":8}`

	Preprocessing = `{"image_processor_type":"BitImageProcessor","do_resize":true,"size":{"shortest_edge":36},"resample":3,"do_center_crop":true,` +
		`"crop_size":{"height":32,"width":32},"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,` +
		`"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225]}`
)

// Folder writes a model of the given config.json to a temporary folder.
func Folder(t testing.TB, config string) string {
	t.Helper()
	dir := t.TempDir()
	if err := WriteFolder(dir, config); err != nil {
		t.Fatal(err)
	}
	return dir
}

// WriteFolder writes it to a folder, which it makes.
func WriteFolder(dir, config string) error {
	m, err := draw(config)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := m.SaveFolder(dir, nil); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "preprocessor_config.json"), []byte(Preprocessing), 0o600)
}

// Model returns a model of the given config.json with random weights.
func Model(t testing.TB, config string) *vit.Model {
	t.Helper()
	m, err := draw(config)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func draw(config string) (*vit.Model, error) {
	c, err := vit.ParseConfig([]byte(config))
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	m := &vit.Model{Config: c, Weights: vit.Weights{}}
	for _, p := range c.Params() {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		w := make([]float32, n)
		for i := range w {
			w[i] = float32(rng.NormFloat64() * .1)
		}
		m.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: w}
	}
	return m, nil
}
