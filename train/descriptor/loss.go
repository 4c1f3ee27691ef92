package descriptor

import "github.com/curate/curate/internal/onnx"

// The inputs of a step's loss beside its descriptors. teacherInput holds the
// teacher's cosines of the versions of the step, [2 Batch, 2 Batch]; it is there only
// where Options.Teach is above 0. pastInput holds descriptors of earlier steps,
// [Memory, Dim], and maskInput what is added to their logits, [2 Batch, Memory]; they
// are there only where Options.Memory is.
const (
	teacherInput = "teacher"
	pastInput    = "past"
	maskInput    = "mask"
)

// parts name the values of a loss, each with one element.
type parts struct{ total, nce, koleo, teach string }

// writeLoss writes the loss of the descriptors z of a step, [2 Batch, Dim]: row
// i + Batch is the other version of row i.
func writeLoss(g *onnx.Graph, z string, o Options) parts {
	n := 2 * o.Batch
	cos := g.Op("MatMul", []string{z, g.Op("Transpose", []string{z}, onnx.IntsAttr("perm", 1, 0))})
	p := parts{nce: contrast(g, z, cos, o), koleo: entropy(g, cos, n)}
	p.teach = g.Op("Mul", []string{p.nce, g.Float(0)})
	p.total = g.Op("Add", []string{p.nce, g.Op("Mul", []string{p.koleo, g.Float(float32(o.KoLeo))})})
	if o.Teach > 0 {
		p.teach = distillation(g, cos, n)
		p.total = g.Op("Add", []string{p.total, g.Op("Mul", []string{p.teach, g.Float(float32(o.Teach))})})
	}
	return p
}

// noPart is added to the logit of what takes no part in a softmax.
const noPart = -1e9

// contrast is NT-Xent: the mean of -ln softmax(cos / heat) at the other version of
// the same picture, where a version itself does not take part. With a memory, the
// descriptors z of the step also have to be far from those of earlier steps, which
// stay as they are.
func contrast(g *onnx.Graph, z, cos string, o Options) string {
	n, sharp := 2*o.Batch, g.Float(float32(1/o.Heat))
	width := n + o.Memory
	self, target := make([]float32, n*n), make([]float32, n*width)
	for i := range n {
		self[i*n+i] = noPart
		target[i*width+(i+n/2)%n] = -1 / float32(n)
	}
	logits := g.Op("Add", []string{g.Op("Mul", []string{cos, sharp}), g.Weight("itself", self, n, n)})
	if o.Memory > 0 {
		past := g.Op("Transpose", []string{g.Input(pastInput, onnx.Float, onnx.Dims(o.Memory, o.Dim)...)}, onnx.IntsAttr("perm", 1, 0))
		before := g.Op("Mul", []string{g.Op("MatMul", []string{z, past}), sharp})
		before = g.Op("Add", []string{before, g.Input(maskInput, onnx.Float, onnx.Dims(n, o.Memory)...)})
		logits = g.Op("Concat", []string{logits, before}, onnx.IntAttr("axis", 1))
	}
	logp := g.Op("LogSoftmax", []string{logits}, onnx.IntAttr("axis", -1))
	return total(g, g.Op("Mul", []string{logp, g.Weight("partner", target, n, width)}))
}

// nearby keeps KoLeo finite where two pictures have one descriptor.
const nearby = 1e-4

// entropy is KoLeo: the mean of -ln of the distance to the nearest version of
// another picture, sqrt(2 - 2 cos).
func entropy(g *onnx.Graph, cos string, n int) string {
	same := make([]float32, n*n)
	for i := range n {
		same[i*n+i], same[i*n+(i+n/2)%n] = -4, -4
	}
	others := g.Op("Add", []string{cos, g.Weight("same", same, n, n)})
	nearest := g.Op("ReduceMax", []string{others}, onnx.IntsAttr("axes", 1), onnx.IntAttr("keepdims", 1))
	square := g.Op("Sub", []string{g.Float(2 + nearby), g.Op("Mul", []string{nearest, g.Float(2)})})
	return g.Op("Mul", []string{total(g, g.Op("Log", []string{square})), g.Float(-.5 / float32(n))})
}

// distillation is the mean squared difference of the cosines and the teacher's
// (Park et al., Relational Knowledge Distillation, 2019).
func distillation(g *onnx.Graph, cos string, n int) string {
	d := g.Op("Sub", []string{cos, g.Input(teacherInput, onnx.Float, onnx.Dims(n, n)...)})
	return g.Op("Mul", []string{total(g, g.Op("Mul", []string{d, d})), g.Float(1 / float32(n*n))})
}

// total adds up all elements of x, to a value of shape [1].
func total(g *onnx.Graph, x string) string {
	return g.Op("Reshape", []string{g.Op("ReduceSum", []string{x}, onnx.IntAttr("keepdims", 1)), g.Ints(1)})
}
