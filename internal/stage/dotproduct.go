package stage

import "golang.org/x/sys/cpu"

// hasDotProduct tells whether the processor adds products of 8-bit integers in one
// instruction, as the kernels of ONNX Runtime use where they can.
func hasDotProduct() bool {
	return cpu.X86.HasAVX512VNNI || cpu.X86.HasAVXVNNI || cpu.ARM64.HasASIMDDP
}
