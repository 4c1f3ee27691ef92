package vit

import "github.com/curate/curate/internal/onnx"

// embed writes what stands before the blocks: patches projected, prefix tokens put
// before them, positions added, registers put between. Result: [n*tokens, Hidden].
func (e *emitter) embed() (string, error) {
	x := e.project()
	parts := []string{e.expand(e.weight("embeddings.cls_token"), x, 1)}
	if e.c.Family == DeiT {
		parts = append(parts, e.expand(e.weight("embeddings.distillation_token"), x, 1))
	}
	x = e.g.Op("Concat", append(parts, x), onnx.IntAttr("axis", 1))
	pos := "embeddings.position_embeddings"
	if e.o.Params {
		pos = e.weight(pos)
	} else {
		data, err := e.m.positions(e.o.Width, e.o.Height)
		if err != nil {
			return "", err
		}
		pos = e.constant(pos, data, 1, e.c.Prefix()+e.patches, e.c.Hidden)
	}
	x = e.g.Op("Add", []string{x, pos})
	if e.c.Registers > 0 {
		x = e.registers(x)
	}
	return e.reshape(x, -1, e.c.Hidden), nil
}

// project returns the patches as tokens, [n, patches, Hidden].
func (e *emitter) project() string {
	const name = "embeddings.patch_embeddings.projection"
	d, p := e.c.Hidden, e.c.Patch
	free := onnx.Dim{Name: "n"}
	if e.o.Patches {
		e.out.Input = e.g.Input("patches", onnx.Float, append([]onnx.Dim{free}, onnx.Dims(e.patches, 3*p*p)...)...)
		flat := matrix{e.reshape(e.weight(name+".weight"), d, 3*p*p), e.weight(name + ".bias")}
		return e.reshape(e.linearWith(e.reshape(e.out.Input, -1, 3*p*p), flat), -1, e.patches, d)
	}
	e.out.Input = e.g.Input("pixel_values", onnx.Float, append([]onnx.Dim{free}, onnx.Dims(3, e.o.Height, e.o.Width)...)...)
	x := e.g.Op("Conv", []string{e.out.Input, e.weight(name + ".weight"), e.weight(name + ".bias")},
		onnx.IntsAttr("kernel_shape", p, p), onnx.IntsAttr("strides", p, p))
	x = e.g.Op("Transpose", []string{e.reshape(x, 0, d, e.patches)}, onnx.IntsAttr("perm", 0, 2, 1))
	return x
}

// expand repeats token, [1, k, Hidden], for every picture of like.
func (e *emitter) expand(token, like string, k int) string {
	n := e.g.Op("Shape", []string{like}, onnx.IntAttr("start", 0), onnx.IntAttr("end", 1))
	shape := e.g.Op("Concat", []string{n, e.g.Ints(k, e.c.Hidden)}, onnx.IntAttr("axis", 0))
	return e.g.Op("Expand", []string{token, shape})
}

// registers puts the register tokens after the CLS token.
func (e *emitter) registers(x string) string {
	cut := func(from, to int) string {
		return e.g.Op("Slice", []string{x, e.g.Ints(from), e.g.Ints(to), e.g.Ints(1)})
	}
	tokens := e.expand(e.weight("embeddings.register_tokens"), x, e.c.Registers)
	return e.g.Op("Concat", []string{cut(0, 1), tokens, cut(1, 1+e.patches)}, onnx.IntAttr("axis", 1))
}
