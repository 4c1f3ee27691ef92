package autodiff

import "github.com/curate/curate/internal/onnx"

// rule adds the gradient of one node: dy is the gradient of its first output, and
// "" if only others have one. It hands the gradients of the inputs to tape.flow.
type rule func(b *tape, n *onnx.Node, dy string)

// rules returns the rule of each operator.
func rules() map[string]rule {
	return map[string]rule{
		// linear.go
		"MatMul": matMul, "Gemm": gemm, "Conv": conv,
		// arith.go
		"Add": add, "Sub": sub, "Mul": mul, "Div": div, "Pow": pow, "Where": where,
		// unary.go
		"Neg": neg, "Exp": exp, "Log": log, "Sqrt": sqrt, "Reciprocal": reciprocal, "Abs": abs,
		"Tanh": tanh, "Sigmoid": sigmoid, "Erf": erf, "Relu": relu, "Gelu": gelu, "Cast": cast, "Identity": identity,
		// norm.go
		"LayerNormalization": layerNorm, "Softmax": softmax, "LogSoftmax": logSoftmax,
		// kernels.go
		"Linear": linearKernel, "Attend": attendKernel, "Scale": scaleKernel,
		// moves.go
		"Transpose": transpose, "Reshape": reshaped, "Flatten": reshaped, "Squeeze": reshaped, "Unsqueeze": reshaped,
		"Slice": slice, "Gather": gather, "Pad": pad, "Concat": concat, "Split": split, "Expand": expand,
		// reduce.go
		"ReduceSum": reduceSum, "ReduceMean": reduceMean, "ReduceMax": reduceMax,
	}
}
