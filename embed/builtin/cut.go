package builtin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
)

// Shape says what is left of a model.
type Shape struct {
	Layers     int    // its first so many blocks
	Resolution int    // pixels; positions for others are resampled from those for it
	Bits       int    // of a weight in the file: 8, 5 or 4
	Fast       []int  // layers of the descriptor of quality fast
	Balanced   []int  // and of quality balanced
	Squash     bool   // the whole picture is squeezed into a square, instead of its middle being cut out
	Sizes      *Sizes // of a trained descriptor: what each quality looks at
}

// Cut reads a whole model from a folder in Hugging Face layout and cuts it down. Where
// the folder has the projection of a trained descriptor, that comes along, and the
// layers it was trained for are the only ones. The ranges of the result are empty, see
// [Source.Observe].
func Cut(folder string, sh Shape) (Source, error) {
	s, err := cut(folder, sh)
	if err != nil {
		return Source{}, fmt.Errorf("cut the model %s: %w", folder, err)
	}
	return s, nil
}

func cut(folder string, sh Shape) (s Source, err error) {
	m, err := vit.Load(folder)
	if err != nil {
		return s, err
	}
	c := m.Config
	switch {
	case sh.Layers < 1 || sh.Layers > c.Layers:
		return s, fmt.Errorf("%d layers are asked for, it has %d", sh.Layers, c.Layers)
	}
	for _, side := range append(sh.Sizes.sides(), sh.Resolution) {
		if side < c.Patch || side%c.Patch != 0 {
			return s, fmt.Errorf("a resolution of %d pixels is no multiple of its patches of %d", side, c.Patch)
		}
	}
	if s.Projection, err = sh.projection(folder, c); err != nil {
		return s, err
	}
	if err := checkBits(c, sh.Bits); err != nil {
		return s, err
	}
	if m, err = m.Resize(sh.Resolution); err != nil {
		return s, err
	}
	if s.Config, err = cutConfig(folder, sh); err != nil {
		return s, err
	}
	if s.Preprocess, err = cutPreprocess(folder, sh); err != nil {
		return s, err
	}
	if c, err = vit.ParseConfig(s.Config); err != nil {
		return s, err
	}
	s.Model = &vit.Model{Config: c, Weights: foldScales(c, m.Weights)}
	s.Bits, s.Resolution, s.Fast, s.Balanced = sh.Bits, sh.Resolution, sh.Fast, sh.Balanced
	if s.Projection != nil {
		s.Dim, s.Sizes, s.Fast, s.Balanced = s.Projection.Dim, sh.Sizes, []int{sh.Layers}, []int{sh.Layers}
	}
	return s, nil
}

// projection reads the folder's, and makes sure that the shape keeps what it reads.
func (sh Shape) projection(folder string, c vit.Config) (*Projection, error) {
	p, err := readProjection(folder, c.Hidden)
	switch {
	case err != nil:
		return nil, err
	case p == nil && sh.Sizes != nil:
		return nil, errors.New("it has no trained descriptor: sizes of qualities are for those that have")
	case p != nil && sh.Layers != c.Layers:
		return nil, fmt.Errorf("its descriptor was trained for its %d layers: it cannot be cut to %d", c.Layers, sh.Layers)
	}
	return p, nil
}

// cutConfig returns the model's config.json with what the cut changes. Keys that
// say something of classes or of the program that wrote it are left out.
func cutConfig(folder string, sh Shape) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(folder, vit.ConfigFile))
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	for _, key := range []string{"id2label", "label2id", "architectures", "transformers_version", "torch_dtype", "dtype", "_name_or_path"} {
		delete(all, key)
	}
	all["num_hidden_layers"], all["image_size"] = sh.Layers, sh.Resolution
	delete(all, "out_features")
	delete(all, "out_indices")
	delete(all, "stage_names")
	return json.Marshal(all) // in the order of its keys
}

// cutPreprocess returns the preprocessor_config.json for the resolution.
func cutPreprocess(folder string, sh Shape) ([]byte, error) {
	c, err := preprocess.ReadConfig(folder)
	if err != nil {
		return nil, err
	}
	c = c.WithResolution(sh.Resolution)
	if sh.Squash {
		c = c.Squashed()
	}
	return json.Marshal(map[string]any{
		"image_processor_type": c.Processor, "do_resize": c.DoResize, "size": c.Target, "resample": c.Filter,
		"do_center_crop": c.DoCenterCrop, "crop_size": c.Crop, "do_rescale": c.DoRescale, "rescale_factor": c.RescaleFactor,
		"do_normalize": c.DoNormalize, "image_mean": c.Mean, "image_std": c.Std,
	})
}

// foldScales multiplies the scale of each branch into the matrix before it.
func foldScales(c vit.Config, w vit.Weights) vit.Weights {
	out := vit.Weights{}
	for _, p := range c.Params() {
		if k := kindOf(p.Name); k == kept || k == linear {
			out[p.Name] = w[p.Name]
		}
	}
	for _, p := range c.Params() {
		if kindOf(p.Name) != unscaled {
			continue
		}
		block, which, _ := strings.Cut(p.Name, "layer_scale")
		name := block + "attention.output.dense"
		if strings.HasPrefix(which, "2") {
			if name = block + "mlp.fc2"; c.SwiGLU {
				name = block + "mlp.weights_out"
			}
		}
		for _, part := range []string{".weight", ".bias"} {
			out[name+part] = scaleRows(out[name+part], w[p.Name].Data)
		}
	}
	return out
}

// scaleRows returns t with row i times scale[i].
func scaleRows(t vit.Tensor, scale []float32) vit.Tensor {
	out := vit.Tensor{Shape: t.Shape, Data: slices.Clone(t.Data)}
	cols := len(t.Data) / len(scale)
	for i := range out.Data {
		out.Data[i] *= scale[i/cols]
	}
	return out
}
