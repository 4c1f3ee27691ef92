package preprocess

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FileName is where a model folder in Hugging Face layout keeps its configuration.
const FileName = "preprocessor_config.json"

// ReadConfig reads the configuration of a model folder in Hugging Face layout. An
// old file that does not name its processor is read as the one that belongs to the
// model_type of the folder's config.json.
func ReadConfig(folder string) (Config, error) {
	path := filepath.Join(folder, FileName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, fmt.Errorf("preprocess: %s has no %s; copy it from where the model came from", folder, FileName)
	}
	if err != nil {
		return Config{}, fmt.Errorf("preprocess: %w", err)
	}
	c, err := parse(data, modelType(folder))
	if err != nil {
		return Config{}, fmt.Errorf("preprocess: %s: %w", path, err)
	}
	return c, nil
}

// ParseConfig reads the text of a preprocessor_config.json. A file that names no
// processor is a ViTImageProcessor's.
func ParseConfig(data []byte) (Config, error) {
	c, err := parse(data, "")
	if err != nil {
		return Config{}, fmt.Errorf("preprocess: %w", err)
	}
	return c, nil
}

// modelType returns the model_type of the folder's config.json, "" if unknown.
func modelType(folder string) string {
	var m struct {
		ModelType string `json:"model_type"`
	}
	data, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil || json.Unmarshal(data, &m) != nil {
		return ""
	}
	return m.ModelType
}

// file is preprocessor_config.json as it is written; a nil field was not given.
type file struct {
	ImageProcessorType   string          `json:"image_processor_type"`
	FeatureExtractorType string          `json:"feature_extractor_type"`
	DoResize             *bool           `json:"do_resize"`
	Size                 json.RawMessage `json:"size"`
	Resample             *Filter         `json:"resample"`
	DoCenterCrop         *bool           `json:"do_center_crop"`
	CropSize             json.RawMessage `json:"crop_size"`
	CropPct              *float64        `json:"crop_pct"`
	DoRescale            *bool           `json:"do_rescale"`
	RescaleFactor        *float64        `json:"rescale_factor"`
	DoNormalize          *bool           `json:"do_normalize"`
	Mean                 json.RawMessage `json:"image_mean"`
	Std                  json.RawMessage `json:"image_std"`
	DoPad                *bool           `json:"do_pad"`
}

func parse(data []byte, modelType string) (Config, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return Config{}, err
	}
	name, err := processorName(f, modelType)
	if err != nil {
		return Config{}, err
	}
	c, square := defaults(name)
	set(&c.DoResize, f.DoResize)
	set(&c.Filter, f.Resample)
	set(&c.DoCenterCrop, f.DoCenterCrop)
	set(&c.DoRescale, f.DoRescale)
	set(&c.RescaleFactor, f.RescaleFactor)
	set(&c.DoNormalize, f.DoNormalize)
	if f.DoPad != nil && *f.DoPad {
		return Config{}, errors.New("do_pad is not supported: give size as height and width, or do_center_crop")
	}
	err = errors.Join(
		readSize(&c.Target, f.Size, "size", square), readSize(&c.Crop, f.CropSize, "crop_size", true),
		readChannels(&c.Mean, f.Mean, "image_mean"), readChannels(&c.Std, f.Std, "image_std"))
	if err != nil {
		return Config{}, err
	}
	if name == convNext && c.DoResize {
		cropConvNext(&c, f.CropPct)
	}
	return c, c.check()
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// processorName returns the canonical name of the processor: without "Fast" or
// "Pil", and with the "ImageProcessor" that replaced "FeatureExtractor".
func processorName(f file, modelType string) (string, error) {
	name := f.ImageProcessorType
	if name == "" {
		name = f.FeatureExtractorType
	}
	if name == "" {
		return processorOf(modelType), nil
	}
	plain := strings.TrimSuffix(strings.TrimSuffix(name, "Fast"), "Pil")
	plain = strings.Replace(plain, "FeatureExtractor", "ImageProcessor", 1)
	if _, ok := processors[plain]; !ok {
		return "", fmt.Errorf("image processor %q is not known; known are %s", name, strings.Join(known(), ", "))
	}
	return plain, nil
}

// readSize reads a size that may be a number, a [height, width] or an object.
func readSize(s *Size, raw json.RawMessage, key string, square bool) error {
	var side int
	var pair []int
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case json.Unmarshal(raw, &side) == nil:
		*s = Size{ShortestEdge: side}
		if square {
			*s = Size{Height: side, Width: side}
		}
		return nil
	case json.Unmarshal(raw, &pair) == nil && len(pair) == 2:
		*s = Size{Height: pair[0], Width: pair[1]}
		return nil
	}
	*s = Size{}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(s); err != nil {
		return fmt.Errorf("%s is %s; want a number, [height, width], or an object with height and width or with shortest_edge", key, raw)
	}
	return nil
}

// readChannels reads one number for every channel, or one number for all.
func readChannels(to *[3]float64, raw json.RawMessage, key string) error {
	var all float64
	var each []float64
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case json.Unmarshal(raw, &all) == nil:
		*to = [3]float64{all, all, all}
		return nil
	case json.Unmarshal(raw, &each) == nil && len(each) == 3:
		copy(to[:], each)
		return nil
	}
	return fmt.Errorf("%s is %s; want one number or three", key, raw)
}
