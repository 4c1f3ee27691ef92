// Package preprocess turns a picture into the numbers a vision model was trained
// on, exactly as the image processors of Hugging Face Transformers do with
// Pillow: resize, centre crop, rescale, normalise.
//
// Start with [ReadConfig], which reads a model folder's preprocessor_config.json,
// then call [Config.Tensor] for every picture. [Resize] is Pillow's resize alone,
// equal to it byte for byte; [ShrinkGrey] is the small grey copy that hashes and
// checks of a picture start from.
//
// It decodes no files (internal/imageio does) and runs no model.
package preprocess

// Version names what the numbers mean: it is part of the key under which
// descriptors are stored and grows whenever Tensor would give other numbers for
// the same picture and configuration.
const Version = 1
