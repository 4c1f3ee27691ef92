package vit

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/safetensors"
)

// read returns the files of a model folder.
func read(t *testing.T, folder string) (config, weights []byte) {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(folder, ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	if weights, err = os.ReadFile(filepath.Join(folder, safetensors.ModelFile)); err != nil {
		t.Fatal(err)
	}
	return config, weights
}

// What Transformers saved, loaded and saved again, is the same model: the weights
// byte for byte, and the configuration but for problem_type.
func TestSaveFolderGivesBackWhatTransformersWrote(t *testing.T) {
	for _, name := range tiny {
		dir := t.TempDir()
		if err := load(t, name).SaveFolder(dir, nil); err != nil {
			t.Error(err)
			continue
		}
		config, weights := read(t, dir)
		wantConfig, wantWeights := read(t, filepath.Join("testdata", name))
		if !bytes.Equal(weights, wantWeights) {
			t.Errorf("%s: model.safetensors differs", name)
		}
		var got, want map[string]any
		if json.Unmarshal(config, &got) != nil || json.Unmarshal(wantConfig, &want) != nil {
			t.Fatalf("%s: no JSON", config)
		}
		delete(got, "problem_type")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: config.json is\n%s\nwant\n%s", name, config, wantConfig)
		}
	}
}

// A bare model that got a classifier and another size is saved as what it is now.
func TestSaveFolderAfterTraining(t *testing.T) {
	m, err := load(t, "dinov2").Resize(20)
	if err != nil {
		t.Fatal(err)
	}
	m.Weights["classifier.weight"] = Tensor{[]int{2, 32}, make([]float32, 64)}
	m.Weights["classifier.bias"] = Tensor{[]int{2}, []float32{1, 2}}
	dir := t.TempDir()
	if err := m.SaveFolder(dir, []string{"one"}); err == nil {
		t.Error("one label for two classes was accepted")
	}
	if err := m.SaveFolder(dir, []string{"ai", "real <raw>"}); err != nil {
		t.Fatal(err)
	}
	config, first := read(t, dir)
	for _, want := range []string{`"Dinov2ForImageClassification"`, `"image_size": 20`, `"0": "ai"`, `"real <raw>": 1`, `"single_label_classification"`} {
		if !strings.Contains(string(config), want) {
			t.Errorf("config.json lacks %s:\n%s", want, config)
		}
	}
	again, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.Classes() != 2 || !slices.Equal(again.Config.Labels, []string{"ai", "real <raw>"}) || again.Config.Grid() != 5 {
		t.Errorf("%d classes %v, grid %d", again.Classes(), again.Config.Labels, again.Config.Grid())
	}
	if err := again.SaveFolder(dir, nil); err != nil {
		t.Fatal(err)
	}
	if _, second := read(t, dir); !bytes.Equal(first, second) {
		t.Error("saving again changed the weights")
	}
}

// Files of Transformers 5's own key names, with both halves of a SwiGLU apart,
// are the same model.
func TestLoadNewNames(t *testing.T) {
	m := load(t, "dinov2_swiglu")
	var tensors []safetensors.Tensor
	add := func(name string, shape []int, data []float32) {
		tensors = append(tensors, safetensors.Tensor{Name: name, Type: safetensors.F32, Shape: shape, Floats: data})
	}
	rename := strings.NewReplacer("attention.attention.query", "attention.q_proj", "attention.attention.key", "attention.k_proj",
		"attention.attention.value", "attention.v_proj", "attention.output.dense", "attention.o_proj", "weights_out", "down_proj")
	for name, w := range m.Weights {
		if strings.Contains(name, "weights_in") {
			shape, half := slices.Clone(w.Shape), len(w.Data)/2
			shape[0] /= 2
			add(strings.Replace(name, "weights_in", "gate_proj", 1), shape, w.Data[:half])
			add(strings.Replace(name, "weights_in", "up_proj", 1), shape, w.Data[half:])
			continue
		}
		add(rename.Replace(name), w.Shape, w.Data)
	}
	got, err := Load(folder(t, "dinov2_swiglu", tensors))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Weights, m.Weights) {
		t.Errorf("tensors %v", slices.Sorted(maps.Keys(got.Weights)))
	}
}

// folder writes a model folder with the configuration of a test model.
func folder(t *testing.T, name string, tensors []safetensors.Tensor) string {
	t.Helper()
	dir := t.TempDir()
	config, _ := read(t, filepath.Join("testdata", name))
	var b bytes.Buffer
	if err := safetensors.Write(&b, tensors); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{ConfigFile: config, safetensors.ModelFile: b.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadNamesTheTensorThatIsWrong(t *testing.T) {
	m := load(t, "vit")
	for name, c := range map[string]struct {
		change func(Weights)
		want   string
	}{
		"missing":     {func(w Weights) { delete(w, "encoder.layer.1.norm1.bias") }, "encoder.layer.1.layernorm_before.bias is missing"},
		"wrong shape": {func(w Weights) { w["layernorm.bias"] = Tensor{[]int{8}, make([]float32, 8)} }, "layernorm.bias has shape [8]"},
		"positions": {func(w Weights) {
			w["embeddings.position_embeddings"] = Tensor{[]int{1, 5, 16}, make([]float32, 80)}
		}, "embeddings.position_embeddings has shape [1 5 16], its config.json asks for [1 10 16]"},
		"classifier": {func(w Weights) { w["classifier.weight"] = Tensor{[]int{3, 8}, make([]float32, 24)} }, "classifier has shapes [3 8]"},
	} {
		w := maps.Clone(m.Weights)
		c.change(w)
		err := (&Model{m.Config, w}).check("there")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// Transformers 5 refuses "layerscale_value": 1.
func TestSaveFolderKeepsFloatsFloats(t *testing.T) {
	m := load(t, "dinov2")
	config, _ := read(t, filepath.Join("testdata", "dinov2"))
	c, err := ParseConfig([]byte(strings.Replace(string(config), `"layerscale_value": 1.0`, `"layerscale_value": 1`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := (&Model{c, m.Weights}).SaveFolder(dir, nil); err != nil {
		t.Fatal(err)
	}
	if config, _ = read(t, dir); !strings.Contains(string(config), `"layerscale_value": 1.0,`) {
		t.Errorf("config.json is\n%s", config)
	}
}

func TestLoadWithoutWeights(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v does not name the folder", err)
	}
}
