// Package descriptor trains an encoder to recognise edited copies of a picture.
//
// Start with [Recipe] and a [Job], and call [Fit]. It takes the first blocks of a
// Vision Transformer and the CLS token of the last of them, scaled to length 1;
// maps it by a learnt projection to a descriptor of length 1; and moves the upper
// blocks and the projection so that two edited versions of a picture get
// descriptors that are nearer to each other than to those of all other pictures of
// the step: InfoNCE (van den Oord et al., Representation Learning with Contrastive
// Predictive Coding, 2018) over both versions at once (NT-Xent of Chen et al., A
// Simple Framework for Contrastive Learning, 2020), with the entropy regulariser
// KoLeo (Sablayrolles et al., Spreading vectors for similarity search, 2019), the
// loss of Pizzi et al., A Self-Supervised Descriptor for Image Copy Detection,
// 2022. The result is a folder that [WriteFolder] writes.
//
// Pictures come decoded and small, and stay in memory; every step sees edits of
// them that no other step sees. The same job gives the same weights, also where it
// is stopped and continued. The package knows no catalogue and reads no pictures.
package descriptor
