package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// The names of a model's files in a Hugging Face folder.
const (
	ModelFile = "model.safetensors"
	IndexFile = "model.safetensors.index.json"
)

// OpenModel opens a model folder: model.safetensors, or the shards that
// model.safetensors.index.json lists.
func OpenModel(folder string) (*File, error) {
	paths, err := ModelFiles(folder)
	if err != nil {
		return nil, err
	}
	f := &File{tensor: map[string]place{}}
	for _, p := range paths {
		if err := f.add(p); err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

// ModelFiles returns the paths of the files that hold a model's weights, in a
// fixed order.
func ModelFiles(folder string) ([]string, error) {
	whole := filepath.Join(folder, ModelFile)
	if _, err := os.Stat(whole); err == nil {
		return []string{whole}, nil
	}
	index := filepath.Join(folder, IndexFile)
	text, err := os.ReadFile(index)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds neither %s nor %s; older models with only pytorch_model.bin must be converted first", folder, ModelFile, IndexFile)
	}
	if err != nil {
		return nil, err
	}
	names, err := shards(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index, err)
	}
	for i, n := range names {
		names[i] = filepath.Join(folder, n)
	}
	return names, nil
}

// shards returns the file names of an index, each once, sorted.
func shards(text []byte) ([]string, error) {
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var names []string
	for tensor, file := range index.Map {
		if file != filepath.Base(file) || !filepath.IsLocal(file) {
			return nil, fmt.Errorf("tensor %q is said to lie in %q, which is no file of this folder", tensor, file)
		}
		if !seen[file] {
			seen[file] = true
			names = append(names, file)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("its weight_map names no file")
	}
	sort.Strings(names)
	return names, nil
}
