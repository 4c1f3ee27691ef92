// Package dedup finds pictures that are copies of each other and decides which
// to keep. It knows vectors, hashes and small structs, nothing of files or of
// the catalogue.
//
// The way through it: [Hash] every picture, [JoinHashes] for the pairs whose
// hashes are close, [JoinVectors] for the pairs whose whitened embeddings are,
// [Combine] for one similarity a pair, [Cluster] for groups in which every
// member is close to its keeper, and [Rank] for the rules that choose keepers.
// Package dedup/calibrate turns cosines and hash distances into similarities,
// dedup/check finds faults of single pictures.
package dedup
