// Package safetensors reads and writes Hugging Face's safetensors files, whole
// models in one file or in shards.
//
// Start with [Open] for one file, [OpenModel] for a model folder, and [Write] to
// make a file. A header is believed only after it is checked: sizes, types,
// offsets and overlaps; elements are read when they are asked for, so opening a
// file costs only its header. The package knows nothing of what tensors mean:
// internal/vit gives them their roles.
//
// Source: the format description of github.com/huggingface/safetensors 0.8, whose
// own writer gives the same bytes for the same tensors.
package safetensors
