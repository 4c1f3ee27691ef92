package vit

import (
	"slices"
	"strings"
	"testing"
)

func TestParseConfig(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Config
	}{
		"google/vit-base-patch16-224": {
			`{"architectures":["ViTForImageClassification"],"hidden_act":"gelu","hidden_size":768,"image_size":224,"intermediate_size":3072,` +
				`"layer_norm_eps":1e-12,"model_type":"vit","num_attention_heads":12,"num_channels":3,"num_hidden_layers":12,"patch_size":16,"qkv_bias":true}`,
			Config{Family: ViT, Hidden: 768, Layers: 12, Heads: 12, MLP: 3072, ImageSize: 224, Patch: 16, Act: "gelu", Eps: 1e-12, QKVBias: true},
		},
		"facebook/dinov2-giant, shortened": {
			`{"model_type":"dinov2","hidden_size":1536,"num_hidden_layers":40,"num_attention_heads":24,"image_size":518,"use_swiglu_ffn":true}`,
			Config{Family: DINOv2, Hidden: 1536, Layers: 40, Heads: 24, MLP: 4096, ImageSize: 518, Patch: 14, Act: "gelu", Eps: 1e-6, QKVBias: true, SwiGLU: true},
		},
		"defaults and pairs": {
			`{"model_type":"dinov2_with_registers","image_size":[98,98],"patch_size":[14,14],"mlp_ratio":2,"id2label":{"1":"real","0":"ai"}}`,
			Config{Family: Registers, Hidden: 768, Layers: 12, Heads: 12, MLP: 1536, ImageSize: 98, Patch: 14, Registers: 4, Act: "gelu", Eps: 1e-6, QKVBias: true, Labels: []string{"ai", "real"}},
		},
	} {
		got, err := ParseConfig([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Labels, c.want.Labels) {
			t.Errorf("%s: labels %v", name, got.Labels)
		}
		got.raw, got.Labels, c.want.Labels = nil, nil, nil
		if !equal(got, c.want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, got, c.want)
		}
	}
}

// equal compares what is not a slice or a map.
func equal(a, b Config) bool {
	return a.Family == b.Family && a.Act == b.Act && a.Eps == b.Eps && a.QKVBias == b.QKVBias && a.SwiGLU == b.SwiGLU &&
		[8]int{a.Hidden, a.Layers, a.Heads, a.MLP, a.ImageSize, a.Patch, a.Registers} == [8]int{b.Hidden, b.Layers, b.Heads, b.MLP, b.ImageSize, b.Patch, b.Registers}
}

func TestParseConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                    "names no model_type",
		`{"model_type":"swin"}`:                 `"swin" is not supported`,
		`{"model_type":"vit"`:                   "unexpected end",
		`{"model_type":"vit","num_channels":1}`: "num_channels is 1",
		`{"model_type":"vit","num_attention_heads":7}`:                    "no multiple",
		`{"model_type":"vit","num_hidden_layers":1000000}`:                "num_hidden_layers is 1000000",
		`{"model_type":"vit","hidden_size":-768}`:                         "hidden_size is -768",
		`{"model_type":"vit","image_size":[224,448]}`:                     "not square",
		`{"model_type":"vit","patch_size":448}`:                           "larger than image_size",
		`{"model_type":"vit","hidden_act":"xielu"}`:                       `hidden_act "xielu"`,
		`{"model_type":"vit","id2label":{"1":"real","2":"ai"}}`:           "none with the number 0",
		`{"model_type":"dinov2_with_registers","num_register_tokens":-1}`: "num_register_tokens is -1",
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"model_type":"dinov2","image_size":518,"patch_size":[14,14],"use_swiglu_ffn":true}`))
	f.Add([]byte(`{"model_type":"vit","id2label":{"0":"a"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfig(text)
		if err != nil {
			return
		}
		if c.Grid() < 1 || c.Hidden%c.Heads != 0 {
			t.Fatalf("%s gave %+v", text, c)
		}
	})
}

func TestNames(t *testing.T) {
	const query = "encoder.layer.3.attention.attention.query.weight"
	for from, want := range map[string]string{
		"vit.encoder.layer.3.attention.attention.query.weight":          query,
		"layers.3.attention.q_proj.weight":                              query,
		"dinov2_with_registers.encoder.layer.3.attention.q_proj.weight": query,
		"deit.encoder.layer.11.intermediate.dense.bias":                 "encoder.layer.11.mlp.fc1.bias",
		"vit.layers.11.mlp.fc1.bias":                                    "encoder.layer.11.mlp.fc1.bias",
		"encoder.layer.0.output.dense.weight":                           "encoder.layer.0.mlp.fc2.weight",
		"encoder.layer.0.attention.output.dense.weight":                 "encoder.layer.0.attention.output.dense.weight",
		"encoder.layer.0.attention.o_proj.weight":                       "encoder.layer.0.attention.output.dense.weight",
		"encoder.layer.0.layernorm_before.weight":                       "encoder.layer.0.norm1.weight",
		"dinov2.encoder.layer.0.mlp.down_proj.weight":                   "encoder.layer.0.mlp.weights_out.weight",
		"dinov2.encoder.layer.0.layer_scale1.lambda1":                   "encoder.layer.0.layer_scale1.lambda1",
		"vit.layernorm.bias":                                            "layernorm.bias",
		"classifier.weight":                                             "classifier.weight",
		"encoder.layer.7":                                               "encoder.layer.7.",
	} {
		if got := canonical(from); got != want {
			t.Errorf("%s became %s, want %s", from, got, want)
		}
	}
}
