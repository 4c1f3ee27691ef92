package builtin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// Kind is what lists of models call encoders of this format.
const Kind = "curate"

// Version of the format. It grows with every change that an older reader would
// misread. Files that an older one reads too, of 8 bits and without a projection, have
// the first.
const (
	Version      = 2
	firstVersion = 1
)

// The members of a file's metadata. All are text; card is JSON.
const (
	metaVersion    = "curate_encoder" // Version or firstVersion
	metaConfig     = "config.json"
	metaPreprocess = preprocess.FileName
	metaCard       = "card.json"
)

// Card says what an encoder is and where it comes from.
type Card struct {
	Name       string `json:"name"`
	Source     string `json:"source"`      // where the whole model came from
	SourceHash string `json:"source_hash"` // its content hash
	Licence    string `json:"licence"`     // of the weights
	Bits       int    `json:"bits"`        // of a weight in the file: 8, 5 or 4
	Resolution int    `json:"resolution"`  // pixels that its positions were made for
	Fast       []int  `json:"fast"`        // layers whose CLS tokens make the descriptor of quality fast
	Balanced   []int  `json:"balanced"`    // and of quality balanced
	Pictures   int    `json:"pictures"`    // that the ranges of its inputs were seen on

	// Dim is how many values a trained descriptor has: see [Projection]. It is 0 where
	// the descriptor is the tokens themselves.
	Dim   int    `json:"dim,omitempty"`
	Sizes *Sizes `json:"sizes,omitempty"` // of a trained descriptor; nil for Resolution always
}

// Sizes are how many pixels each side of a picture has that a quality looks at.
type Sizes struct {
	Fast     int `json:"fast"`
	Balanced int `json:"balanced"`
	Best     int `json:"best"`
}

func (s *Sizes) sides() []int {
	if s == nil {
		return nil
	}
	return []int{s.Fast, s.Balanced, s.Best}
}

// sides lists the sizes that a model is run at, without repetition.
func (c Card) sides() []int {
	all := append([]int{c.Resolution}, c.Sizes.sides()...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Encoder is an encoder file. Its weights stay where they are until they are asked
// for.
type Encoder struct {
	Card
	Config     vit.Config        // of the cut model
	Preprocess preprocess.Config // for pictures of Resolution
	Hash       string            // SHA-256 of the file, which is the model's hash
	Bytes      int64             // of the file

	name   string
	file   *safetensors.File
	closer io.Closer // nil for one in memory
}

// Close closes the file.
func (e *Encoder) Close() error {
	if e.closer == nil {
		return nil
	}
	return e.closer.Close()
}

// Weights are those of a cut model: linear layers in integers, the rest in floats.
type Weights struct {
	Model  *vit.Model                // without linear layers, scales of branches and the final norm
	Layers map[string]*vit.Quantised // by name, see vit.Config.Linears
}

// Float returns the model with all weights in floats, as they are in integers, for
// devices that have no product of integers. It shares what w holds in floats.
func (w Weights) Float() *vit.Model {
	m := &vit.Model{Config: w.Model.Config, Weights: maps.Clone(w.Model.Weights)}
	for name, q := range w.Layers {
		m.Weights[name+".weight"] = q.Float()
		m.Weights[name+".bias"] = vit.Tensor{Shape: []int{q.Out}, Data: q.Bias}
	}
	return unscale(m)
}

// unscale returns a model whose branches have the scale 1, for graphs that want one.
func unscale(m *vit.Model) *vit.Model {
	out := &vit.Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	for _, p := range m.Config.Params() {
		if kindOf(p.Name) == unscaled {
			out.Weights[p.Name] = ones(p.Shape)
		}
	}
	return out
}

func ones(shape []int) vit.Tensor {
	t := vit.Tensor{Shape: shape, Data: make([]float32, shape[0])}
	for i := range t.Data {
		t.Data[i] = 1
	}
	return t
}

// parseMeta fills in what the metadata says.
func (e *Encoder) parseMeta(meta map[string]string) error {
	version, ours := meta[metaVersion]
	if !ours {
		return fmt.Errorf("it is no encoder file of curate's; `curate model shrink` makes one of a model folder")
	}
	if version != fmt.Sprint(Version) && version != fmt.Sprint(firstVersion) {
		return fmt.Errorf("it has version %s of the format, this curate reads version %d: make it again with `curate model shrink`", version, Version)
	}
	err := json.Unmarshal([]byte(meta[metaCard]), &e.Card)
	if err == nil {
		e.Config, err = vit.ParseConfig([]byte(meta[metaConfig]))
	}
	if err == nil {
		e.Preprocess, err = preprocess.ParseConfig([]byte(meta[metaPreprocess]))
	}
	if err != nil {
		return fmt.Errorf("its description is damaged: %w", err)
	}
	if version == fmt.Sprint(firstVersion) && e.Bits != 8 {
		return fmt.Errorf("its weights of %d bits are kept as they were in version 1 of the format: make it again with `curate model shrink`", e.Bits)
	}
	return e.checkLayers()
}

// checkLayers makes sure that the model has the layers that qualities compare.
func (e *Encoder) checkLayers() error {
	for _, side := range e.Sizes.sides() {
		if side < e.Config.Patch || side%e.Config.Patch != 0 {
			return fmt.Errorf("pictures of %d pixels are to be looked at, its patches have %d", side, e.Config.Patch)
		}
	}
	if e.Dim < 0 || e.Dim > 1<<16 {
		return fmt.Errorf("its descriptor is to have %d values", e.Dim)
	}
	for _, quality := range [][]int{e.Fast, e.Balanced} {
		if len(quality) == 0 {
			return errors.New("it does not say which layers make a descriptor")
		}
		for _, l := range quality {
			if l < 1 || l > e.Config.Layers || e.Dim > 0 && l != e.Config.Layers {
				return fmt.Errorf("a descriptor is to be made of layer %d, it has 1 to %d", l, e.Config.Layers)
			}
		}
	}
	return nil
}
