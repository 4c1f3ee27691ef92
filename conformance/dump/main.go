// Command dump lets the scripts of conformance/ see what curate computes inside.
// It is for them only and no part of the product. Tensors travel in safetensors
// files.
//
//	dump pixels MODEL OUT PX PICTURE...      what preprocessing makes of pictures; PX 0 is the model's own size
//	dump run MODEL IN OUT LAYERS fused|plain what the model makes of IN's pixel_values: cls_N, head, logits
//	dump save MODEL FOLDER PX CLASSES        the model for another size and with a new classifier, as a folder
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

func main() {
	commands := map[string]func([]string) error{"pixels": pixels, "run": run, "save": save}
	if len(os.Args) < 6 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "see the comment of this program")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "dump:", err)
		os.Exit(1)
	}
}

func write(path string, tensors []safetensors.Tensor) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return safetensors.Write(f, tensors)
}

func pixels(args []string) error {
	c, err := preprocess.ReadConfig(args[0])
	if err != nil {
		return err
	}
	px, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	if px > 0 {
		c = c.WithResolution(px)
	}
	w, h := c.Size()
	var out []safetensors.Tensor
	for _, file := range args[3:] {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		p, _, err := imageio.Decode(data, imageio.DefaultLimits)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		t := safetensors.Tensor{Name: filepath.Base(file), Type: safetensors.F32, Shape: []int{3, h, w}, Floats: make([]float32, 3*w*h)}
		if err := c.Tensor(p, t.Floats); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, t)
	}
	return write(args[1], out)
}

func run(args []string) error {
	m, err := vit.Load(args[0])
	if err != nil {
		return err
	}
	in, err := safetensors.Open(args[1])
	if err != nil {
		return err
	}
	defer in.Close()
	info, _ := in.Info("pixel_values")
	data, err := in.Float32("pixel_values")
	if err != nil {
		return err
	}
	graph, err := build(m, info.Shape, args[3], args[4] == "fused")
	if err != nil {
		return err
	}
	out, err := execute(graph, data, info.Shape)
	if err != nil {
		return err
	}
	return write(args[2], out)
}

// build writes the graph for pictures of shape [n, 3, height, width].
func build(m *vit.Model, shape []int, layers string, fused bool) ([]byte, error) {
	o := vit.Options{Height: shape[2], Width: shape[3], Head: true, Logits: m.Classes() > 0, Fused: fused}
	for _, l := range strings.Split(layers, ",") {
		n, err := strconv.Atoi(l)
		if err != nil {
			return nil, err
		}
		o.CLS = append(o.CLS, n)
	}
	g := onnx.New("dump")
	out, err := vit.Forward(g, m, o)
	if err != nil {
		return nil, err
	}
	give := func(value, name string, width int) {
		g.Nodes = append(g.Nodes, &onnx.Node{Op: "Identity", In: []string{value}, Out: []string{name}})
		g.Output(name, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(width)})
	}
	for i, l := range o.CLS {
		give(out.CLS[i], fmt.Sprint("cls_", l), m.Config.Hidden)
	}
	give(out.Head, "head", m.Config.HeadDim())
	if o.Logits {
		give(out.Logits, "logits", m.Classes())
	}
	return g.Marshal(), nil
}

func execute(graph []byte, pixels []float32, shape []int) ([]safetensors.Tensor, error) {
	dir, err := home.Dir()
	if err != nil {
		return nil, err
	}
	lib, err := runtimelib.Find(runtimelib.Default(dir))
	if err != nil {
		return nil, err
	}
	rt, err := ort.Open(lib.Path)
	if err != nil {
		return nil, err
	}
	s, err := rt.NewSession(graph, ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	in, err := ort.NewTensor(pixels, shape...)
	if err != nil {
		return nil, err
	}
	got := make([]*ort.Tensor, len(s.Outputs()))
	if err := s.Run(context.Background(), []*ort.Tensor{in}, got); err != nil {
		return nil, err
	}
	out := make([]safetensors.Tensor, len(got))
	for i, t := range got {
		out[i] = safetensors.Tensor{Name: s.Outputs()[i], Type: safetensors.F32, Shape: t.Dims(), Floats: t.Floats()}
	}
	return out, nil
}

func save(args []string) error {
	m, err := vit.Load(args[0])
	if err != nil {
		return err
	}
	px, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	classes, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	if m, err = m.Resize(px); err != nil {
		return err
	}
	rng, d := rand.New(rand.NewPCG(7, 7)), m.Config.HeadDim()
	w, b, labels := make([]float32, classes*d), make([]float32, classes), make([]string, classes)
	for i := range w {
		w[i] = float32(rng.NormFloat64() * .05)
	}
	for i := range b {
		b[i], labels[i] = float32(i), fmt.Sprint("class ", i)
	}
	m.Weights["classifier.weight"] = vit.Tensor{Shape: []int{classes, d}, Data: w}
	m.Weights["classifier.bias"] = vit.Tensor{Shape: []int{classes}, Data: b}
	if err := os.MkdirAll(args[1], 0o755); err != nil {
		return err
	}
	return m.SaveFolder(args[1], labels)
}
