package modelstore

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/preprocess"
)

// importName is what an imported model may be called.
var importName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// recordFile lies beside an imported model and says what Import found out.
const recordFile = "curate.json"

// onnxFile is the name of an imported graph.
const onnxFile = "model.onnx"

// record is the file's content: the model, and the times by which changed
// weights are noticed, since hashing them on every start would cost seconds.
type record struct {
	Model
	Stamps []stamp `json:"stamps"`
}

type stamp struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Time int64  `json:"time"` // of the last change, Unix nanoseconds
}

func stamps(m Model) ([]stamp, error) {
	files, err := m.weightFiles()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"config.json", preprocess.FileName} {
		if path := filepath.Join(m.Folder, name); exists(path) {
			files = append(files, path)
		}
	}
	var list []stamp
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		list = append(list, stamp{filepath.Base(file), info.Size(), info.ModTime().UnixNano()})
	}
	return list, nil
}

// writeRecord stores what is known of the model in m.Folder; the paths are left
// out, because the folder may be moved.
func writeRecord(m Model) error {
	list, err := stamps(m)
	if err != nil {
		return err
	}
	folder := m.Folder
	m.Folder, m.File = "", ""
	data, err := json.MarshalIndent(record{m, list}, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(folder, recordFile), append(data, '\n'), 0o644)
}

// imported reads a model of curate's own folder. What was changed since it was
// imported is inspected and hashed anew.
func (s *Store) imported(name string) (Model, error) {
	folder := s.folder(name)
	data, err := os.ReadFile(filepath.Join(folder, recordFile))
	if err != nil {
		return Model{}, fmt.Errorf("imported model %s is damaged: %w; remove it with `curate model rm %s` and import it again", name, err, name)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return Model{}, fmt.Errorf("imported model %s is damaged: %s: %w; remove it with `curate model rm %s` and import it again", name, recordFile, err, name)
	}
	m := r.Model
	m.Name, m.Folder = name, folder
	if m.Kind == ONNX {
		m.File = filepath.Join(folder, onnxFile)
	}
	now, err := stamps(m)
	if err != nil {
		return Model{}, fmt.Errorf("imported model %s is damaged: %w", name, err)
	}
	if slices.Equal(now, r.Stamps) {
		return m, nil
	}
	if err := m.whole(); err != nil {
		return Model{}, fmt.Errorf("imported model %s is damaged: %w; remove it with `curate model rm %s` and import it again", name, err, name)
	}
	m.Hash, err = contentHash(m)
	return m, err
}
