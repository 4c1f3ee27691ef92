package descriptor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
)

// ProjectionFile holds the tensors weight, [Dim, Hidden], and bias, [Dim]: the
// descriptor of a CLS token x of the last block, before the final norm, is
// weight x/|x| + bias, scaled to length 1. AboutFile says how it was trained.
const (
	ProjectionFile = "projection.safetensors"
	AboutFile      = "descriptor.json"
)

// About is what AboutFile holds.
type About struct {
	Layers     int     `json:"layers"`
	Dim        int     `json:"dim"`
	Resolution int     `json:"resolution"`
	Base       string  `json:"base"` // the model that training started with
	Settings   string  `json:"settings"`
	Options    Options `json:"options"`
	Learnt     int     `json:"pictures_learnt"`
	Held       int     `json:"pictures_held_out"`
	Best       Point   `json:"best"`
	Untrained  Point   `json:"untrained"`
	Version    string  `json:"curate"`
}

// WriteFolder writes the encoder to dir in Hugging Face layout, with its projection
// beside it. Whatever else lies in dir stays.
func WriteFolder(dir string, j *Job, r *Result, base, version string) error {
	if err := r.Network.Write(dir); err != nil {
		return err
	}
	side, _ := j.Preprocess.Size()
	text, err := json.MarshalIndent(About{
		Layers: j.Layers, Dim: j.Dim, Resolution: side, Base: base, Settings: j.Settings(), Options: j.Options,
		Learnt: r.Learnt, Held: r.Held, Best: r.Points[r.Best], Untrained: r.Points[0], Version: version,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", AboutFile, err)
	}
	return atomicfile.WriteFile(filepath.Join(dir, AboutFile), append(text, '\n'), os.FileMode(0o644))
}

// Write writes the network to dir, which it makes, in Hugging Face layout; [ReadFolder]
// reads it again. Without a projection it is a model to start with.
func (n Network) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := n.Model.SaveFolder(dir, nil); err != nil {
		return err
	}
	if err := n.Preprocess.SaveFile(filepath.Join(dir, preprocess.FileName)); err != nil || n.Bias == nil {
		return err
	}
	return writeProjection(filepath.Join(dir, ProjectionFile), n.Projection)
}

func writeProjection(path string, p Projection) error {
	dim := len(p.Bias)
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return err
	}
	defer f.Abort()
	err = safetensors.Write(f, []safetensors.Tensor{
		{Name: "weight", Type: safetensors.F32, Shape: []int{dim, len(p.Weight) / dim}, Floats: p.Weight},
		{Name: "bias", Type: safetensors.F32, Shape: []int{dim}, Floats: p.Bias},
	})
	if err != nil {
		return errors.Join(fmt.Errorf("write %s", path), err)
	}
	return f.Commit()
}
