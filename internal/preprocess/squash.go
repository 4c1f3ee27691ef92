package preprocess

// Squashed returns c for whole pictures, squeezed into the shape of its tensors,
// where c may show their middle only.
func (c Config) Squashed() Config {
	w, h := c.Size()
	c.DoResize, c.DoCenterCrop = true, false
	c.Target = Size{Height: h, Width: w}
	return c
}
