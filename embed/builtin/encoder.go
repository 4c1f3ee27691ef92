package builtin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// Kind is what lists of models call encoders of this format.
const Kind = "curate"

// Version of the format. It grows with every change that an older reader would
// misread.
const Version = 1

// The members of a file's metadata. All are text; card is JSON.
const (
	metaVersion    = "curate_encoder" // Version
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
	Bits       int    `json:"bits"`        // of a weight in the file: 8 or 4
	Resolution int    `json:"resolution"`  // pixels that its positions were made for
	Fast       []int  `json:"fast"`        // layers whose CLS tokens make the descriptor of quality fast
	Balanced   []int  `json:"balanced"`    // and of quality balanced
	Pictures   int    `json:"pictures"`    // that the ranges of its inputs were seen on
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
	if version != fmt.Sprint(Version) {
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
	return e.checkLayers()
}

// checkLayers makes sure that the model has the layers that qualities compare.
func (e *Encoder) checkLayers() error {
	for _, quality := range [][]int{e.Fast, e.Balanced} {
		if len(quality) == 0 {
			return errors.New("it does not say which layers make a descriptor")
		}
		for _, l := range quality {
			if l < 1 || l > e.Config.Layers {
				return fmt.Errorf("a descriptor is to be made of layer %d, it has 1 to %d", l, e.Config.Layers)
			}
		}
	}
	return nil
}
