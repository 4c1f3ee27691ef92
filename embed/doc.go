// Package embed turns pictures into descriptors with a Vision Transformer: one pass
// gives the vector that dedup compares and the vector that a classifier reads.
//
// Start with [Open], feed [Encoder.Encode] a sequence of pictures, and store each
// result under the keys of its [Info], which say what the numbers depend on. A descriptor never depends on what else was in its batch, on the
// number of threads, or on the order of the pictures.
//
// The package knows no catalogue and no files: bytes come in through a function,
// vectors go out through another. It compares nothing; dedup does.
package embed
