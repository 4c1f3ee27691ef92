// Package train fits a Vision Transformer to labelled pictures, and says how well
// it fits.
//
// [Fit] trains weights by gradient descent: one ONNX graph for forward, loss and
// backward (train/autodiff writes the backward half), run on micro-batches that
// fit into memory and add up to the batch that was asked for; Adam in Go; a linear
// schedule; an evaluation and a checkpoint after each epoch. [Probe] fits only a
// classifier, on features that an encoder computed before, which takes seconds.
// Both end in a [Result], which train/report writes to a folder.
//
// The package knows no catalogue and decodes no pictures: examples come as names
// and class numbers, pixels through a function. It does not split data.
//
// The recipe is that of Transformers' Trainer (5.x): the same order of operations,
// so that a run here and a run there with the same batches follow the same curve.
package train
