package descriptor

import (
	"fmt"
	"os"
	"testing"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit"
)

// BenchmarkStep measures the parts of a step of the recipe: making its 96 views,
// the frozen blocks, and all of it but the views.
func BenchmarkStep(b *testing.B) {
	folder := os.Getenv("CURATE_MODEL_FOLDER")
	if folder == "" {
		b.Skip("CURATE_MODEL_FOLDER names no model folder")
	}
	k, f := recipeMachine(b, folder)
	v, patches := newViewer(scenes(24), nil), make([]float32, k.views*k.patches)
	views := func() error {
		return f.fill(b.Context(), patches, k.views, func(i int) *raster.Picture { return v.view(viewStream(1, 1, i), i%24) })
	}
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"views", views},
		{"frozen", func() error { _, err := k.lower(b.Context(), patches, k.views); return err }},
		{"step", func() error { _, err := k.learn(b.Context(), patches, nil); return err }},
	} {
		b.Run(part.name, func(b *testing.B) {
			for b.Loop() {
				if err := part.do(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*k.views)/b.Elapsed().Seconds(), "pictures/s")
		})
	}
}

func recipeMachine(b *testing.B, folder string) (*machine, *feed) {
	b.Helper()
	m, err := vit.Load(folder)
	if err != nil {
		b.Fatal(err)
	}
	o := Recipe()
	if m, err = m.Cut(o.Layers); err != nil {
		b.Fatal(err)
	}
	if m, err = m.Resize(112); err != nil {
		b.Fatal(err)
	}
	c, err := preprocess.ReadConfig(folder)
	if err != nil {
		b.Fatal(err)
	}
	k, err := newMachine(&Job{Options: o, Runtime: orttest.Open(b), Device: ort.Device{Provider: ort.CPU}}, m)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = k.Close() })
	w := k.arena.Named(k.weights, weightInput)
	copy(w, noise(len(w)))
	return k, &feed{config: c.WithResolution(112), patch: m.Config.Patch}
}

// scenes are n drawn pictures of the size that training edits.
func scenes(n int) []Picture {
	out := make([]Picture, n)
	for i := range out {
		out[i] = Picture{ID: fmt.Sprint(i), Pixels: scene.Render(uint64(i), 300, 224)}
	}
	return out
}
