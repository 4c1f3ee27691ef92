package modelstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// inspectFolder reads what a folder in Hugging Face layout holds, without
// reading its weights: of those only the headers are held against the files' sizes.
func inspectFolder(folder string) (Model, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return Model{}, err
	}
	c, err := vit.ReadConfig(folder)
	if err != nil {
		return Model{}, err
	}
	m := Model{Name: folder, Kind: string(c.Family), Folder: folder, Dim: c.Hidden, Layers: c.Layers, Source: folder}
	m.Licence = cardLicence(filepath.Join(folder, cardFile))
	if err := checkWhole(folder); err != nil {
		return Model{}, err
	}
	m.Bytes, err = m.size()
	return m, err
}

// whole says whether a model can still be opened, after a change of its files.
func (m Model) whole() error {
	if m.Kind == ONNX {
		_, err := inspectFile(m.File)
		return err
	}
	_, err := inspectFolder(m.Folder)
	return err
}

// checkWhole says in plain words what a folder lacks.
func checkWhole(folder string) error {
	if _, err := preprocess.ReadConfig(folder); err != nil {
		return err
	}
	if exists(filepath.Join(folder, safetensors.ModelFile)) || exists(filepath.Join(folder, safetensors.IndexFile)) {
		weights, err := safetensors.OpenModel(folder)
		if err != nil {
			return err
		}
		return weights.Close()
	}
	if exists(filepath.Join(folder, "pytorch_model.bin")) {
		return fmt.Errorf("%s has its weights as pytorch_model.bin only; curate reads safetensors: open it in Transformers and save it again with save_pretrained", folder)
	}
	return fmt.Errorf("%s has no weights: want %s", folder, safetensors.ModelFile)
}

// inspectFile reads what an .onnx file is: one picture in, one vector out.
func inspectFile(path string) (Model, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Model{}, err
	}
	g, err := readGraph(path)
	if err != nil {
		return Model{}, fmt.Errorf("%s: %w", path, err)
	}
	dim, err := descriptorDim(g)
	if err != nil {
		if _, ok := backbonePrefix(g); ok {
			return Model{}, fmt.Errorf("%s holds a ViT with something on top of it; take the ViT out with `curate model import %s`", path, path)
		}
		return Model{}, fmt.Errorf("%s: %w", path, err)
	}
	m := Model{Name: path, Kind: ONNX, Folder: filepath.Dir(path), File: path, Dim: dim, Source: path}
	m.Bytes, err = m.size()
	return m, err
}

func readGraph(path string) (*onnx.Graph, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return onnx.Unmarshal(data)
}

// descriptorDim checks that a graph takes pictures (float32, N x 3 x H x W) and
// gives a vector each, and returns its length, 0 if the graph leaves it open.
func descriptorDim(g *onnx.Graph) (int, error) {
	weights := map[string]bool{}
	for _, t := range g.Init {
		weights[t.Name] = true
	}
	var in []onnx.Value
	for _, v := range g.Inputs {
		if !weights[v.Name] {
			in = append(in, v)
		}
	}
	switch {
	case len(in) != 1 || in[0].Type != onnx.Float || len(in[0].Dims) != 4:
		return 0, errors.New("want one input, pictures as float32 N x 3 x H x W")
	case in[0].Dims[1].Size != 3 && in[0].Dims[1].Name == "":
		return 0, fmt.Errorf("input %q takes %d channels, want 3", in[0].Name, in[0].Dims[1].Size)
	case len(g.Outputs) == 0 || g.Outputs[0].Type != onnx.Float || len(g.Outputs[0].Dims) != 2:
		return 0, errors.New("want a first output of one float32 vector a picture, N x D")
	}
	return int(g.Outputs[0].Dims[1].Size), nil
}

func (m Model) size() (int64, error) {
	files, err := m.weightFiles()
	if err != nil {
		return 0, err
	}
	var total int64
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
