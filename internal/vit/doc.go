// Package vit turns a Vision Transformer in Hugging Face layout into an ONNX graph
// and back into a folder that Transformers opens.
//
// Start with [Load], which reads config.json and model.safetensors, and [Forward],
// which writes the model's forward pass into a graph: with the weights inside, for
// inference (embed), or as inputs, for training (train). [Model.SaveFolder] writes
// what was trained. Four families are known: vit, deit, dinov2 and
// dinov2_with_registers, with old and new key names.
//
// The package runs nothing, decodes no picture and knows no task: internal/ort
// runs the graph, internal/preprocess makes its input.
//
// Source: the modelling code of Transformers 5.23 (modeling_vit.py, _deit.py,
// _dinov2.py, _dinov2_with_registers.py); its numbers are the reference values in
// testdata.
package vit
