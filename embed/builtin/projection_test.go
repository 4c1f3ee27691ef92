package builtin

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit/vittest"
)

// addProjection adds the projection to 4 values of a trained descriptor to a model folder.
func addProjection(t *testing.T, folder string) *Projection {
	t.Helper()
	p := &Projection{Dim: 4, Weight: make([]float32, 4*96), Bias: []float32{.1, 0, -.1, .5}}
	for i := range p.Weight {
		p.Weight[i] = float32(math.Sin(float64(i)))
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, []safetensors.Tensor{floats("weight", p.Weight, 4, 96), floats("bias", p.Bias, 4)}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, projectionFile), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAProjectionComesAlong(t *testing.T) {
	folder := vittest.Folder(t, vittest.Config)
	want := addProjection(t, folder)
	sizes := &Sizes{Fast: 32, Balanced: 40, Best: 56}
	s, err := Cut(folder, Shape{Layers: 3, Resolution: 32, Bits: 5, Sizes: sizes})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Observe(t.Context(), orttest.Open(t), 1, drawn(3)); err != nil {
		t.Fatal(err)
	}
	if s.Pictures != 3 {
		t.Errorf("%d pictures were seen", s.Pictures)
	}
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	e, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if e.Dim != 4 || *e.Sizes != *sizes || !slices.Equal(e.Fast, []int{3}) || !slices.Equal(e.Balanced, []int{3}) {
		t.Errorf("card %+v", e.Card)
	}
	got, err := e.Projection()
	if err != nil || !slices.Equal(got.Weight, want.Weight) || !slices.Equal(got.Bias, want.Bias) {
		t.Errorf("the projection is another: %v", err)
	}
}

func TestAProjectionIsOfItsLayers(t *testing.T) {
	folder := vittest.Folder(t, vittest.Config)
	addProjection(t, folder)
	for want, sh := range map[string]Shape{
		"trained for its 3 layers":   {Layers: 2, Resolution: 32, Bits: 8},
		"no multiple of its patches": {Layers: 3, Resolution: 32, Bits: 8, Sizes: &Sizes{Fast: 32, Balanced: 30, Best: 32}},
	} {
		if _, err := Cut(folder, sh); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error with %q", sh, err, want)
		}
	}
	narrow := vittest.Folder(t, strings.Replace(vittest.Config, `"hidden_size":96`, `"hidden_size":48`, 1))
	addProjection(t, narrow)
	if _, err := Cut(narrow, Shape{Layers: 3, Resolution: 32, Bits: 8}); err == nil || !strings.Contains(err.Error(), "no projection of tokens of 48") {
		t.Errorf("a projection of another model: %v", err)
	}
}

func TestProjectionAppends(t *testing.T) {
	p := &Projection{Dim: 2, Weight: []float32{1, 0, 0, 2}, Bias: []float32{0, 1}}
	got := p.Append([]float32{7}, []float32{.6, .8}) // .6 and 2.6, over 2.668
	for i, want := range []float64{7, .2249, .9744} {
		if math.Abs(float64(got[i])-want) > 1e-4 {
			t.Errorf("%v", got)
		}
	}
}
