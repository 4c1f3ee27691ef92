// Package builtin is the encoder inside the binary, and the file format it has: a
// Vision Transformer cut to its first blocks, whose linear layers are integers.
//
// Start with [Default], the embedded encoder, or [Open], which reads one that
// `curate model shrink` has written. [Shrink] makes one from a whole model and
// pictures. An [Encoder] is a description until [Encoder.Model] reads its weights;
// package embed runs it.
//
// The package has no classifier's head: what it holds tells copies of pictures
// apart, and is no start for training. docs/encoder.md says how the embedded file
// was made and what it is worth; NOTICE.txt beside it says whose weights they are.
package builtin
