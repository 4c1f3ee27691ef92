package preprocess

import (
	"encoding/json"
	"fmt"

	"github.com/curate/curate/internal/atomicfile"
)

// SaveFile writes c as a preprocessor_config.json to path, so that Transformers
// prepares pictures as curate does.
func (c Config) SaveFile(path string) error {
	all := map[string]any{
		"image_processor_type": c.Processor,
		"do_resize":            c.DoResize, "size": c.Target, "resample": int(c.Filter),
		"do_rescale": c.DoRescale, "rescale_factor": c.RescaleFactor,
		"do_normalize": c.DoNormalize, "image_mean": c.Mean, "image_std": c.Std,
		"do_center_crop": c.DoCenterCrop, // also where it is off: some processors crop unless told otherwise
	}
	if c.DoCenterCrop {
		all["crop_size"] = c.Crop
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.WriteFile(path, append(text, '\n'), 0o644)
}
