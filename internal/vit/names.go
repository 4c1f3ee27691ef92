package vit

import (
	"fmt"
	"strconv"
	"strings"
)

// Inside curate every family uses one set of names: those of published DINOv2
// checkpoints without a prefix, such as
// "encoder.layer.3.attention.attention.query.weight". The tables below lead from
// all other spellings to it, and [Config.fileName] leads back.

var prefixes = []string{"vit.", "deit.", "dinov2.", "dinov2_with_registers."}

// blockNames maps what stands between the block's number and .weight or .bias.
var blockNames = map[string]string{
	// Published ViT and DeiT.
	"layernorm_before":   "norm1",
	"layernorm_after":    "norm2",
	"intermediate.dense": "mlp.fc1",
	"output.dense":       "mlp.fc2",
	// Transformers 5.
	"attention.q_proj": "attention.attention.query",
	"attention.k_proj": "attention.attention.key",
	"attention.v_proj": "attention.attention.value",
	"attention.o_proj": "attention.output.dense",
	"mlp.down_proj":    "mlp.weights_out",
}

// canonical returns the name that curate uses for a tensor of a file.
func canonical(name string) string {
	for _, p := range prefixes {
		name = strings.TrimPrefix(name, p)
	}
	for _, p := range []string{"encoder.layer.", "encoder.layers.", "layers."} {
		if rest, ok := strings.CutPrefix(name, p); ok {
			return "encoder.layer." + canonicalBlock(rest)
		}
	}
	return name
}

// canonicalBlock does it for what follows "encoder.layer.": number, part, kind.
func canonicalBlock(rest string) string {
	number, rest, _ := strings.Cut(rest, ".")
	dot := strings.LastIndexByte(rest, '.')
	if dot < 0 {
		return number + "." + rest
	}
	part, kind := rest[:dot], rest[dot:]
	if to, ok := blockNames[part]; ok {
		part = to
	}
	return number + "." + part + kind
}

// classic are the names of published ViT and DeiT files, by curate's.
var classic = map[string]string{
	"norm1":   "layernorm_before",
	"norm2":   "layernorm_after",
	"mlp.fc1": "intermediate.dense",
	"mlp.fc2": "output.dense",
}

// fileName returns the name that a published checkpoint of the family has for a
// tensor; with a classifier on top, the model itself stands under a prefix.
func (c Config) fileName(name string, classifier bool) string {
	if strings.HasPrefix(name, "classifier.") || strings.HasPrefix(name, "cls_classifier.") || strings.HasPrefix(name, "distillation_classifier.") {
		return name
	}
	if rest, ok := strings.CutPrefix(name, "encoder.layer."); ok && !c.Family.dino() {
		number, part, _ := strings.Cut(rest, ".")
		dot := strings.LastIndexByte(part, '.')
		if to, ok := classic[part[:dot]]; ok {
			name = "encoder.layer." + number + "." + to + part[dot:]
		}
	}
	if classifier {
		return string(c.Family) + "." + name
	}
	return name
}

// Param is the name and shape of a weight.
type Param struct {
	Name  string
	Shape []int
}

// block returns the start of the names of block i, counted from 0.
func block(i int) string { return fmt.Sprintf("encoder.layer.%d.", i) }

// Params lists the weights that a model of this configuration must have, in the
// order in which the forward pass uses them. The classifier is not among them.
func (c Config) Params() []Param {
	d := c.Hidden
	p := []Param{
		{"embeddings.patch_embeddings.projection.weight", []int{d, 3, c.Patch, c.Patch}},
		{"embeddings.patch_embeddings.projection.bias", []int{d}},
		{"embeddings.cls_token", []int{1, 1, d}},
	}
	if c.Family == DeiT {
		p = append(p, Param{"embeddings.distillation_token", []int{1, 1, d}})
	}
	p = append(p, Param{"embeddings.position_embeddings", []int{1, c.Prefix() + c.Grid()*c.Grid(), d}})
	if c.Registers > 0 {
		p = append(p, Param{"embeddings.register_tokens", []int{1, c.Registers, d}})
	}
	for i := range c.Layers {
		p = append(p, c.blockParams(block(i))...)
	}
	return append(p, norm("layernorm", d)...)
}

// Depth says where a weight stands: 0 in the embeddings, i in block i, counted from
// 1, and Layers+1 in what follows the blocks.
func (c Config) Depth(name string) int {
	if strings.HasPrefix(name, "embeddings.") {
		return 0
	}
	if rest, ok := strings.CutPrefix(name, "encoder.layer."); ok {
		number, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil {
			return i + 1
		}
	}
	return c.Layers + 1
}

func (c Config) blockParams(b string) []Param {
	d := c.Hidden
	p := norm(b+"norm1", d)
	for _, n := range []string{"query", "key", "value"} {
		qkv := linear(b+"attention.attention."+n, d, d)
		if !c.QKVBias {
			qkv = qkv[:1]
		}
		p = append(p, qkv...)
	}
	p = append(p, linear(b+"attention.output.dense", d, d)...)
	if c.Family.dino() {
		p = append(p, Param{b + "layer_scale1.lambda1", []int{d}})
	}
	p = append(p, norm(b+"norm2", d)...)
	if c.SwiGLU {
		p = append(p, linear(b+"mlp.weights_in", d, 2*c.MLP)...)
		p = append(p, linear(b+"mlp.weights_out", c.MLP, d)...)
	} else {
		p = append(p, linear(b+"mlp.fc1", d, c.MLP)...)
		p = append(p, linear(b+"mlp.fc2", c.MLP, d)...)
	}
	if c.Family.dino() {
		p = append(p, Param{b + "layer_scale2.lambda1", []int{d}})
	}
	return p
}

func linear(name string, in, out int) []Param {
	return []Param{{name + ".weight", []int{out, in}}, {name + ".bias", []int{out}}}
}

func norm(name string, n int) []Param {
	return []Param{{name + ".weight", []int{n}}, {name + ".bias", []int{n}}}
}
