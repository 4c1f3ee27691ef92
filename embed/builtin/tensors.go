package builtin

import (
	"slices"
	"strings"

	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// What becomes of a weight of a whole model.
type kind int

const (
	kept     kind = iota // in floats
	linear               // in integers
	unscaled             // gone into the matrix before it
	dropped              // nothing reads it
)

func kindOf(name string) kind {
	switch {
	case strings.HasPrefix(name, "layernorm."):
		return dropped
	case strings.Contains(name, ".layer_scale"):
		return unscaled
	case strings.Contains(name, ".attention.") || strings.Contains(name, ".mlp."):
		return linear
	}
	return kept
}

// The tensors that stand for a linear layer of In inputs and Out outputs, by the
// ending of their names: an 8-bit weight, or a 4-bit one in blocks.
const (
	weight8 = ".weight8" // I8 [In, Out]
	weight4 = ".weight4" // U8 [Out, In/2], see nibbles
	blocks4 = ".blocks4" // F32 [Out, In/blockSize]: the scale of each block
	scales  = ".scale"   // F32 [Out], of weight8
	biases  = ".bias"    // F32 [Out]
	ranges  = ".range"   // F32 [2]: the input's lowest and highest value
)

// layout lists the tensors that a file must hold, by name.
func layout(c vit.Config, bits int) map[string]safetensors.Info {
	want := map[string]safetensors.Info{}
	add := func(name string, t safetensors.DType, shape ...int) {
		want[name] = safetensors.Info{Name: name, Type: t, Shape: shape}
	}
	for _, p := range c.Params() {
		switch base, weight := strings.CutSuffix(p.Name, ".weight"); {
		case kindOf(p.Name) == kept:
			add(p.Name, safetensors.F32, p.Shape...)
		case kindOf(p.Name) == linear && weight:
			out, in := p.Shape[0], p.Shape[1]
			if bits == 4 {
				add(base+weight4, "U8", out, in/2)
				add(base+blocks4, safetensors.F32, out, in/blockSize)
			} else {
				add(base+weight8, "I8", in, out)
				add(base+scales, safetensors.F32, out)
			}
			add(base+biases, safetensors.F32, out)
			add(base+ranges, safetensors.F32, 2)
		}
	}
	return want
}

func sameLayout(a, b safetensors.Info) bool {
	return a.Type == b.Type && slices.Equal(a.Shape, b.Shape)
}
