// Package calibrate makes similarities comparable: it learns, from edits of
// pictures, how to whiten the embeddings of a model and how likely a cosine or a
// hash distance means that a pair is a copy.
//
// [Learn] makes a [Whitening], [Fit] a [Calibration]; both together are a [Model],
// which is stored with [Model.MarshalBinary]. [Known] returns the models that are
// inside the binary. For a catalogue of a given size [Calibration.Curve] and
// [Calibration.HashCurve] turn scores into probabilities, and [Reliability] shows
// how well these hold on pairs that nothing was fitted on.
//
// The package makes no edits and embeds nothing; it is given vectors.
package calibrate
