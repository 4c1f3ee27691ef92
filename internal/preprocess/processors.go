package preprocess

import (
	"maps"
	"slices"
)

const convNext = "ConvNextImageProcessor"

// processor is what a class of Transformers does when a key is absent.
type processor struct {
	config Config
	square bool     // a size that is one number means a square, not the shorter side
	models []string // model_type of the models it belongs to
}

var (
	imagenetStandard = [3]float64{0.5, 0.5, 0.5}
	openAIMean       = [3]float64{0.48145466, 0.4578275, 0.40821073}
	openAIStd        = [3]float64{0.26862954, 0.26130258, 0.27577711}
)

// processors holds the defaults of the classes in transformers/models/*/image_processing_pil_*.py
// (version 5).
var processors = map[string]processor{
	"ViTImageProcessor": {
		config: base(Size{Height: 224, Width: 224}, Bilinear, imagenetStandard, imagenetStandard),
		square: true, models: []string{"vit", "vit_mae", "vit_msn", "swin", "swinv2", "ijepa", "dinat"},
	},
	"DeiTImageProcessor": {
		config: cropped(base(Size{Height: 256, Width: 256}, Bicubic, imagenetStandard, imagenetStandard)),
		square: true, models: []string{"deit"},
	},
	"BitImageProcessor": {
		config: cropped(base(Size{ShortestEdge: 224}, Bicubic, openAIMean, openAIStd)),
		models: []string{"bit", "dinov2", "dinov2_with_registers", "hiera", "focalnet"},
	},
	convNext: {
		config: base(Size{ShortestEdge: 384}, Bicubic, imagenetStandard, imagenetStandard),
		models: []string{"convnext", "convnextv2", "resnet", "regnet", "cvt"},
	},
}

func base(size Size, f Filter, mean, std [3]float64) Config {
	return Config{DoResize: true, Target: size, Filter: f, Crop: Size{Height: 224, Width: 224},
		DoRescale: true, RescaleFactor: 1.0 / 255, DoNormalize: true, Mean: mean, Std: std}
}

func cropped(c Config) Config {
	c.DoCenterCrop = true
	return c
}

// defaults returns what the named processor does when no key is given, and whether
// a size that is one number means a square.
func defaults(name string) (Config, bool) {
	p := processors[name]
	p.config.Processor = name
	return p.config, p.square
}

// processorOf returns the processor of a model_type; ViT's if it is unknown, as
// files so old that they name none are.
func processorOf(modelType string) string {
	for name, p := range processors {
		if slices.Contains(p.models, modelType) {
			return name
		}
	}
	return "ViTImageProcessor"
}

func known() []string { return slices.Sorted(maps.Keys(processors)) }

// cropConvNext writes ConvNext's own rule in the terms of the others: below 384
// pixels the shorter side is resized to size/crop_pct and the middle cropped, from
// 384 on the picture is warped to a square.
func cropConvNext(c *Config, pct *float64) {
	edge, part := c.Target.ShortestEdge, 224.0/256
	if pct != nil {
		part = *pct
	}
	square := Size{Height: edge, Width: edge}
	if edge >= 384 {
		c.Target = square
		return
	}
	c.Target, c.Crop, c.DoCenterCrop = Size{ShortestEdge: int(float64(edge) / part)}, square, true
}
