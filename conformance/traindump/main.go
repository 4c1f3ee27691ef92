// Command traindump lets conformance/train.py see what curate's training computes
// inside. It is for that script only and no part of the product. Pictures come as
// pixel_values [n, 3, side, side] and labels [n] in a safetensors file.
//
//	traindump grads MODEL IN OUT            the gradients of the mean loss, as a model folder; prints the loss
//	traindump fit MODEL IN OUT SETTINGS     a run, with the folder that it leaves; SETTINGS is JSON for train.Options
//	traindump probe MODEL IN OUT            a probe on the model's features, with the folder that it leaves
//	traindump speed MODEL BATCH STEPS       speed and memory of whole training steps, as JSON; SETTINGS may follow
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

func main() {
	commands := map[string]func([]string) error{"grads": grads, "fit": fit, "probe": probe, "speed": speed}
	if len(os.Args) < 5 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "see the comment of this program")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "traindump:", err)
		os.Exit(1)
	}
}

// pictures are what a safetensors file holds.
type pictures struct {
	side   int
	pixels [][]float32
	labels []int
}

// load reads MODEL and IN.
func load(args []string) (*vit.Model, *pictures, error) {
	m, err := vit.Load(args[0])
	if err != nil {
		return nil, nil, err
	}
	in, err := readPictures(args[1])
	return m, in, err
}

func readPictures(path string) (*pictures, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := f.Float32("pixel_values")
	if err != nil {
		return nil, err
	}
	labels, err := f.Float32("labels")
	if err != nil {
		return nil, err
	}
	info, _ := f.Info("pixel_values")
	p := &pictures{side: info.Shape[3]}
	for i, l := range labels {
		size := len(all) / len(labels)
		p.pixels = append(p.pixels, all[i*size:(i+1)*size])
		p.labels = append(p.labels, int(l))
	}
	return p, nil
}

func runtime() (*ort.Runtime, error) {
	dir, err := home.Dir()
	if err != nil {
		return nil, err
	}
	lib, err := runtimelib.Find(runtimelib.Default(dir))
	if err != nil {
		return nil, err
	}
	return ort.Open(lib.Path)
}

// save writes a model folder, classes as the model names them.
func save(dir string, m *vit.Model) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return m.SaveFolder(dir, nil)
}

func writeJSON(dir, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), text, 0o600)
}
