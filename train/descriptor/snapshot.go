package descriptor

import (
	"fmt"
	"path/filepath"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// Snapshot returns the best network so far of the run whose checkpoint lies in dir,
// and its points, while that run may go on elsewhere. m is the model that it began
// with, o its options, c how its pictures are prepared.
func Snapshot(dir string, m *vit.Model, o Options, c preprocess.Config) (*Result, error) {
	s, path, err := newest(dir)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fmt.Errorf("%s holds no checkpoint", dir)
	}
	base, err := m.Cut(o.Layers)
	if err != nil {
		return nil, err
	}
	side, _ := c.Size()
	if base, err = base.Resize(side); err != nil {
		return nil, err
	}
	n, err := newNetwork(base, o)
	if err != nil {
		return nil, err
	}
	f, err := safetensors.Open(filepath.Join(path, tensorsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	best, err := f.Float32("best")
	a := arena.New(n.trained)
	if err == nil && len(best) != a.Size() {
		err = fmt.Errorf("%d weights, %d are trained with these options", len(best), a.Size())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Result{Network: networkOf(a, base, best, c), Points: s.Points, Best: s.Best, Seconds: s.Seconds}, nil
}
