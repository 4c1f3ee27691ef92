package descriptor

import "github.com/curate/curate/internal/onnx"

// teacherInput holds the teacher's cosines of the versions of a step,
// [2 Batch, 2 Batch]; it is an input only where Options.Teach is above 0.
const teacherInput = "teacher"

// parts name the values of a loss, each with one element.
type parts struct{ total, nce, koleo, teach string }

// writeLoss writes the loss of the descriptors z of a step, [2 Batch, Dim]: row
// i + Batch is the other version of row i.
func writeLoss(g *onnx.Graph, z string, o Options) parts {
	n := 2 * o.Batch
	cos := g.Op("MatMul", []string{z, g.Op("Transpose", []string{z}, onnx.IntsAttr("perm", 1, 0))})
	p := parts{nce: contrast(g, cos, n, o.Heat), koleo: entropy(g, cos, n)}
	p.teach = g.Op("Mul", []string{p.nce, g.Float(0)})
	p.total = g.Op("Add", []string{p.nce, g.Op("Mul", []string{p.koleo, g.Float(float32(o.KoLeo))})})
	if o.Teach > 0 {
		p.teach = distillation(g, cos, n)
		p.total = g.Op("Add", []string{p.total, g.Op("Mul", []string{p.teach, g.Float(float32(o.Teach))})})
	}
	return p
}

// contrast is NT-Xent: the mean of -ln softmax(cos / heat) at the other version of
// the same picture, where a version itself does not take part.
func contrast(g *onnx.Graph, cos string, n int, heat float64) string {
	self, target := make([]float32, n*n), make([]float32, n*n)
	for i := range n {
		self[i*n+i] = -1e9
		target[i*n+(i+n/2)%n] = -1 / float32(n)
	}
	logits := g.Op("Add", []string{g.Op("Mul", []string{cos, g.Float(float32(1 / heat))}), g.Weight("itself", self, n, n)})
	logp := g.Op("LogSoftmax", []string{logits}, onnx.IntAttr("axis", -1))
	return total(g, g.Op("Mul", []string{logp, g.Weight("partner", target, n, n)}))
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
