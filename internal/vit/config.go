package vit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Family is the model_type of config.json.
type Family string

// The families that this package knows.
const (
	ViT       Family = "vit"
	DeiT      Family = "deit" // with a distillation token; plain DeiT checkpoints say "vit"
	DINOv2    Family = "dinov2"
	Registers Family = "dinov2_with_registers"
)

// dino tells whether blocks scale their branches and the head sees the mean of the
// patches.
func (f Family) dino() bool { return f == DINOv2 || f == Registers }

// Config is what a graph must know of a model. Sizes are in pixels, or numbers of
// float32.
type Config struct {
	Family    Family
	Hidden    int // width of a token
	Layers    int // blocks
	Heads     int
	MLP       int // width of the inner layer of a block; with SwiGLU, of each of its halves
	ImageSize int // side of the square picture that the position embeddings were made for
	Patch     int // side of a square patch
	Registers int // register tokens
	Act       string
	Eps       float32
	QKVBias   bool
	SwiGLU    bool
	Labels    []string // name of each class, by number; nil where config.json names none

	raw map[string]json.RawMessage // all of config.json, for writing it back
}

// ConfigFile is the name of the file that ReadConfig reads.
const ConfigFile = "config.json"

// ReadConfig reads config.json of a model folder.
func ReadConfig(folder string) (Config, error) {
	path := filepath.Join(folder, ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("%s is no model folder in Hugging Face layout: %w", folder, err)
	}
	c, err := ParseConfig(text)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// side is a size that may stand as a number or as [height, width].
type side int

func (s *side) UnmarshalJSON(text []byte) error {
	var pair []int
	if json.Unmarshal(text, &pair) != nil {
		return json.Unmarshal(text, (*int)(s))
	}
	if len(pair) == 0 || len(pair) > 2 || pair[0] != pair[len(pair)-1] {
		return fmt.Errorf("size %s is not square; only square models are supported", text)
	}
	*s = side(pair[0])
	return nil
}

// hfConfig is config.json with the names it uses; absent fields keep the defaults
// that Transformers has.
type hfConfig struct {
	ModelType string            `json:"model_type"`
	Hidden    int               `json:"hidden_size"`
	Layers    int               `json:"num_hidden_layers"`
	Heads     int               `json:"num_attention_heads"`
	MLP       int               `json:"intermediate_size"`
	MLPRatio  float64           `json:"mlp_ratio"`
	Image     side              `json:"image_size"`
	Patch     side              `json:"patch_size"`
	Channels  int               `json:"num_channels"`
	Registers int               `json:"num_register_tokens"`
	Act       string            `json:"hidden_act"`
	Eps       float32           `json:"layer_norm_eps"`
	QKVBias   bool              `json:"qkv_bias"`
	SwiGLU    bool              `json:"use_swiglu_ffn"`
	Labels    map[string]string `json:"id2label"`
}

func defaults(f Family) (hfConfig, error) {
	h := hfConfig{Hidden: 768, Layers: 12, Heads: 12, MLP: 3072, MLPRatio: 4, Image: 224, Patch: 16, Channels: 3, Act: "gelu", Eps: 1e-12, QKVBias: true}
	switch f {
	case ViT, DeiT:
	case DINOv2:
		h.Patch, h.Eps = 14, 1e-6
	case Registers:
		h.Registers, h.Eps = 4, 1e-6
	case "":
		return h, errors.New("it names no model_type")
	default:
		return h, fmt.Errorf("model_type %q is not supported; vit, deit, dinov2 and dinov2_with_registers are", f)
	}
	return h, nil
}

// ParseConfig reads the text of a config.json.
func ParseConfig(text []byte) (Config, error) {
	var kind struct {
		ModelType Family `json:"model_type"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return Config{}, err
	}
	h, err := defaults(kind.ModelType)
	if err != nil {
		return Config{}, err
	}
	c := Config{Family: kind.ModelType}
	if err := errors.Join(json.Unmarshal(text, &h), json.Unmarshal(text, &c.raw)); err != nil {
		return Config{}, err
	}
	c.Hidden, c.Layers, c.Heads, c.MLP = h.Hidden, h.Layers, h.Heads, h.MLP
	c.ImageSize, c.Patch, c.Registers = int(h.Image), int(h.Patch), h.Registers
	c.Act, c.Eps, c.QKVBias = h.Act, h.Eps, h.QKVBias
	if c.Family.dino() {
		c.MLP, c.SwiGLU = int(float64(h.Hidden)*h.MLPRatio), h.SwiGLU
	}
	if c.SwiGLU { // two thirds, rounded up to a multiple of 8
		c.MLP = (c.MLP*2/3 + 7) / 8 * 8
	}
	if c.Family != Registers {
		c.Registers = 0
	}
	if c.Labels, err = labels(h.Labels); err != nil {
		return c, err
	}
	return c, c.check(h.Channels)
}

// labels puts id2label in the order of its numbers, which must be 0, 1, 2, ...
func labels(byID map[string]string) ([]string, error) {
	if len(byID) == 0 {
		return nil, nil
	}
	out := make([]string, len(byID))
	for i := range out {
		name, ok := byID[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("id2label has %d classes but none with the number %d", len(byID), i)
		}
		out[i] = name
	}
	return out, nil
}

func (c Config) check(channels int) error {
	for _, v := range []struct {
		name     string
		got, top int
	}{
		{"hidden_size", c.Hidden, 1 << 16}, {"num_hidden_layers", c.Layers, 1 << 10}, {"num_attention_heads", c.Heads, 1 << 10},
		{"the width of its MLP", c.MLP, 1 << 20}, {"image_size", c.ImageSize, 1 << 14}, {"patch_size", c.Patch, 1 << 10},
	} {
		if v.got < 1 || v.got > v.top {
			return fmt.Errorf("%s is %d, not 1 to %d", v.name, v.got, v.top)
		}
	}
	switch {
	case channels != 3:
		return fmt.Errorf("num_channels is %d; only models of colour pictures (3) are supported", channels)
	case c.Hidden%c.Heads != 0:
		return fmt.Errorf("hidden_size %d is no multiple of num_attention_heads %d", c.Hidden, c.Heads)
	case c.Patch > c.ImageSize:
		return fmt.Errorf("patch_size %d is larger than image_size %d", c.Patch, c.ImageSize)
	case c.Registers < 0 || c.Registers > 1<<10:
		return fmt.Errorf("num_register_tokens is %d", c.Registers)
	}
	if _, ok := activations[c.Act]; !ok && !c.SwiGLU {
		return fmt.Errorf("hidden_act %q is not supported", c.Act)
	}
	return nil
}

// Grid returns the number of patches along one side at the model's own size.
func (c Config) Grid() int { return c.ImageSize / c.Patch }

// Prefix returns the number of tokens that have a position but are no patch: the
// CLS token, and in deit the distillation token.
func (c Config) Prefix() int {
	if c.Family == DeiT {
		return 2
	}
	return 1
}

// HeadDim returns the length of the vector that the classifier of this family
// reads: the CLS token, in the dinov2 families followed by the mean of the patches.
func (c Config) HeadDim() int {
	if c.Family.dino() {
		return 2 * c.Hidden
	}
	return c.Hidden
}

// Tokens returns the number of tokens of a picture of w x h pixels.
func (c Config) Tokens(w, h int) int {
	return c.Prefix() + c.Registers + (w/c.Patch)*(h/c.Patch)
}
