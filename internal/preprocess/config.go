package preprocess

import (
	"fmt"
	"math"
)

// Size is the size key of an image processor: either Height and Width, or
// ShortestEdge, which keeps the picture's shape. Pixels; zero means not given.
type Size struct {
	Height       int `json:"height,omitempty"`
	Width        int `json:"width,omitempty"`
	ShortestEdge int `json:"shortest_edge,omitempty"`
}

// Config says what an image processor does to a picture, in this order: resize to
// Target with Filter, crop the middle to Crop, multiply by RescaleFactor, subtract
// Mean and divide by Std. Steps that are off are left out.
type Config struct {
	Processor     string // ViTImageProcessor, BitImageProcessor, DeiTImageProcessor, ConvNextImageProcessor
	DoResize      bool
	Target        Size
	Filter        Filter
	DoCenterCrop  bool
	Crop          Size // always Height and Width
	DoRescale     bool
	RescaleFactor float64
	DoNormalize   bool
	Mean, Std     [3]float64
}

// Size returns the width and height, in pixels, of every tensor that c makes.
func (c Config) Size() (w, h int) {
	if c.DoCenterCrop {
		return c.Crop.Width, c.Crop.Height
	}
	return c.Target.Width, c.Target.Height
}

// WithResolution returns c for square tensors of px x px pixels. The size a
// picture is resized to before its crop keeps its proportion to the crop: a
// processor that resizes the shorter side to 256 and crops 224 will, for px = 112,
// resize to 128 and crop 112. The model must accept other resolutions than its
// own, as ViT and DINOv2 with interpolated positions do.
func (c Config) WithResolution(px int) Config {
	w, h := c.Size()
	scale := func(v, of int) int {
		if v == 0 || of == 0 {
			return v
		}
		return int(math.Round(float64(px) * float64(v) / float64(of)))
	}
	c.Target = Size{scale(c.Target.Height, h), scale(c.Target.Width, w), scale(c.Target.ShortestEdge, min(w, h))}
	if c.DoCenterCrop {
		c.Crop = Size{Height: px, Width: px}
	}
	return c
}

// resized returns the width and height to which a w x h picture is resized. The
// longer side is cut off, not rounded, as Transformers does.
func (c Config) resized(w, h int) (int, int) {
	edge := c.Target.ShortestEdge
	switch {
	case !c.DoResize:
		return w, h
	case edge == 0:
		return c.Target.Width, c.Target.Height
	case w <= h:
		return edge, int(float64(edge*h) / float64(w))
	}
	return int(float64(edge*w) / float64(h)), edge
}

// check says whether every picture comes out in the same size, which a batch
// needs, and whether the numbers make sense.
func (c Config) check() error {
	w, h := c.Size()
	switch {
	case c.DoResize && !c.Filter.valid():
		return fmt.Errorf("resample %d is none of Pillow's filters (0 to 5)", int(c.Filter))
	case !c.DoResize && !c.DoCenterCrop, c.DoResize && !c.DoCenterCrop && c.Target.ShortestEdge > 0:
		return fmt.Errorf("pictures would keep different sizes: give size as height and width, or do_center_crop")
	case w <= 0 || h <= 0 || w > maxSide || h > maxSide, c.DoResize && !c.Target.sane():
		return fmt.Errorf("size %+v, crop_size %+v: sides must lie between 1 and %d pixels", c.Target, c.Crop, maxSide)
	case c.DoNormalize && (c.Std[0] == 0 || c.Std[1] == 0 || c.Std[2] == 0):
		return fmt.Errorf("image_std holds a zero")
	}
	return nil
}

// maxSide bounds what a configuration may ask for: no vision model comes near it.
const maxSide = 8192

func (s Size) sane() bool {
	if s.ShortestEdge != 0 {
		return s.ShortestEdge > 0 && s.ShortestEdge <= maxSide
	}
	return s.Height > 0 && s.Width > 0 && s.Height <= maxSide && s.Width <= maxSide
}
