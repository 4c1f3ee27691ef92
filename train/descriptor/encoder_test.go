package descriptor

import (
	"math"
	"slices"
	"testing"

	"github.com/curate/curate/internal/raster"
)

func TestTheFolderIsTheEncoder(t *testing.T) {
	j := smallJob(t, t.TempDir())
	j.Steps = 4
	r, err := Fit(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := WriteFolder(out, j, r, "a model", "test"); err != nil {
		t.Fatal(err)
	}
	n, err := ReadFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	if n.Model.Config.Layers != 3 || n.Model.Config.ImageSize != 32 || len(n.Bias) != 16 {
		t.Errorf("%d layers at %d px, %d values", n.Model.Config.Layers, n.Model.Config.ImageSize, len(n.Bias))
	}
	const pictures = 5
	got := described(t, j, n, pictures)
	want := trained(t, j, r, pictures)
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-4 {
			t.Fatalf("value %d: %.6f from the folder, %.6f in training", i, got[i], want[i])
		}
	}
	for bits, within := range map[int]float32{8: .99, 4: .8} {
		rounded := described(t, j, n.Rounded(bits), pictures)
		for i := range pictures {
			a, b := got[i*16:(i+1)*16], rounded[i*16:(i+1)*16]
			if c := dot(a, b); c < within || c > .999999 {
				t.Errorf("picture %d with matrices of %d bits: cosine %.6f", i, bits, c)
			}
		}
	}
}

// described are the descriptors of a network.
func described(t *testing.T, j *Job, n Network, pictures int) []float32 {
	t.Helper()
	e, err := n.Open(j.Runtime, j.Device, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	rows, err := e.Describe(t.Context(), pictures, func(i int) (*raster.Picture, error) { return j.Pictures[i].Pixels, nil })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// trained are the descriptors that training sees.
func trained(t *testing.T, j *Job, r *Result, pictures int) []float32 {
	t.Helper()
	k, err := newMachine(j, r.Model)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	copy(k.arena.Named(k.weights, weightInput), r.Weight)
	copy(k.arena.Named(k.weights, biasInput), r.Bias)
	f := &feed{config: j.Preprocess, patch: r.Model.Config.Patch, workers: 1}
	patches, rows := make([]float32, pictures*f.values()), make([]float32, pictures*j.Dim)
	if err := f.fill(t.Context(), patches, pictures, func(i int) *raster.Picture { return j.Pictures[i].Pixels }); err != nil {
		t.Fatal(err)
	}
	if err := k.describe(t.Context(), patches, rows, nil); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSnapshot(t *testing.T) {
	j := smallJob(t, t.TempDir())
	if _, err := Snapshot(j.Dir, j.Model, j.Options, j.Preprocess); err == nil {
		t.Error("a snapshot of a run that has not begun")
	}
	interrupted(t, j, 5)
	s, err := Snapshot(j.Dir, j.Model, j.Options, j.Preprocess)
	if err != nil || len(s.Points) != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if slices.Equal(s.Weight, make([]float32, len(s.Weight))) || len(s.Weight) != 16*96 {
		t.Errorf("a projection of %d weights", len(s.Weight))
	}
	other := j.Options
	other.Frozen = 2
	if _, err := Snapshot(j.Dir, j.Model, other, j.Preprocess); err == nil {
		t.Error("a snapshot with other options than the run's")
	}
}
