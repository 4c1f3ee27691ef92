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
// ending of their names: an 8-bit weight, or one of fewer bits in blocks.
const (
	weight8 = ".weight8" // I8 [In, Out]
	levels  = ".levels"  // U8 [Out, In*Bits/8], see packing
	steps   = ".steps"   // U8 [Out, In/blockSize]: of the blocks
	scales  = ".scale"   // F32 [Out]
	biases  = ".bias"    // F32 [Out]
	ranges  = ".range"   // F32 [2]: the input's lowest and highest value
)

// layout lists the tensors that a file must hold, by name.
func layout(c vit.Config, card Card) map[string]safetensors.Info {
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
			if card.Bits < 8 {
				add(base+levels, "U8", out, in*card.Bits/8)
				add(base+steps, "U8", out, in/blockSize)
			} else {
				add(base+weight8, "I8", in, out)
			}
			add(base+scales, safetensors.F32, out)
			add(base+biases, safetensors.F32, out)
			add(base+ranges, safetensors.F32, 2)
		}
	}
	if card.Dim > 0 {
		add(projectionWeight, safetensors.F32, card.Dim, c.Hidden)
		add(projectionBias, safetensors.F32, card.Dim)
	}
	return want
}

func sameLayout(a, b safetensors.Info) bool {
	return a.Type == b.Type && slices.Equal(a.Shape, b.Shape)
}
