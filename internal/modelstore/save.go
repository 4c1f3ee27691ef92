package modelstore

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// hfConfig is the config.json of a backbone that was taken out of a graph. The
// graph names neither heads nor activation: in every DINOv2 a head is 64 wide
// and the activation is GELU.
type hfConfig struct {
	ModelType     string      `json:"model_type"`
	Architectures []string    `json:"architectures"`
	Hidden        int         `json:"hidden_size"`
	Layers        int         `json:"num_hidden_layers"`
	Heads         int         `json:"num_attention_heads"`
	ImageSize     int         `json:"image_size"`
	Patch         int         `json:"patch_size"`
	Channels      int         `json:"num_channels"`
	MLPRatio      float64     `json:"mlp_ratio"`
	Eps           float64     `json:"layer_norm_eps"`
	Act           string      `json:"hidden_act"`
	LayerScale    json.Number `json:"layerscale_value"` // Transformers takes 1.0 for it, but not 1
	QKVBias       bool        `json:"qkv_bias"`
	SwiGLU        bool        `json:"use_swiglu_ffn"`
}

// dinoPreprocessing is the preprocessor_config.json of all DINOv2 models.
const dinoPreprocessing = `{
  "image_processor_type": "BitImageProcessor",
  "do_resize": true,
  "size": {"shortest_edge": 256},
  "resample": 3,
  "do_center_crop": true,
  "crop_size": {"height": 224, "width": 224},
  "do_rescale": true,
  "rescale_factor": 0.00392156862745098,
  "do_normalize": true,
  "image_mean": [0.485, 0.456, 0.406],
  "image_std": [0.229, 0.224, 0.225]
}
`

// save writes the backbone as a folder in Hugging Face layout.
func (b *backbone) save(folder string) error {
	config, err := json.MarshalIndent(hfConfig{
		ModelType: string(vit.DINOv2), Architectures: []string{"Dinov2Model"},
		Hidden: b.hidden, Layers: b.layers, Heads: b.hidden / 64,
		ImageSize: b.grid * b.patch, Patch: b.patch, Channels: 3,
		MLPRatio: float64(b.mlp) / float64(b.hidden), Eps: 1e-6, Act: "gelu", LayerScale: "1.0", QKVBias: true,
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, vit.ConfigFile), append(config, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, preprocess.FileName), []byte(dinoPreprocessing), 0o644); err != nil {
		return err
	}
	return writeWeights(filepath.Join(folder, safetensors.ModelFile), b.tensors)
}

func writeWeights(path string, tensors []safetensors.Tensor) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = safetensors.Write(w, tensors)
	return errors.Join(err, w.Flush(), f.Close())
}
