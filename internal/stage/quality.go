package stage

import (
	"fmt"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
)

// Quality is how much work is spent on a descriptor.
type Quality string

// The qualities. Their figures are in docs/dedup.md. All use the trained encoder inside
// the binary, at three sizes, unless a model is named.
const (
	Fast     Quality = "fast"     // the smallest size; of a cut model one layer; of a whole model, two at 112 pixels
	Balanced Quality = "balanced" // of a cut model two layers; of a whole model, at its own resolution
	Best     Quality = "best"     // the largest size; not with a cut model; of a whole model as Balanced
)

// Check says what is wrong with a name that is none of them.
func (q Quality) Check() error {
	if q != Fast && q != Balanced && q != Best {
		return fmt.Errorf("unknown quality %q: use fast, balanced or best", q)
	}
	return nil
}

// wholeFast is the resolution that Fast asks of a whole model.
const wholeFast = 112

// Embedding returns which embeddings the quality compares to tell copies. model is as
// --model has it; "" leaves the choice to the quality.
func (q Quality) Embedding(model string) (EmbedOptions, error) {
	if model == "" {
		model = builtin.Name
	}
	o := EmbedOptions{Model: model, NoHead: true}
	if !isBuiltin(model) {
		if q == Fast {
			o.Resolution = wholeFast
		}
		return o, nil
	}
	return q.ofBuiltin(o)
}

// sceneEncoder is the encoder for whoever asks what a picture shows: look-alikes,
// outliers, wrong labels. One that was trained to tell copies has learnt to pass over
// what two pictures of one scene have in common.
const sceneEncoder = builtin.CutLayers

// lookalikes returns the encoder that tells look-alikes; model is as --model has it.
func (q Quality) lookalikes(model string) string {
	switch {
	case model != "":
		return model
	case q == Best:
		return modelstore.Default
	}
	return sceneEncoder
}

// ofBuiltin fills in what an encoder of package builtin has for the quality.
func (q Quality) ofBuiltin(o EmbedOptions) (EmbedOptions, error) {
	m, err := builtinModel(o.Model)
	if err != nil {
		return o, err
	}
	e, err := openBuiltin(m)
	if err != nil {
		return o, err
	}
	defer e.Close()
	switch {
	case e.Dim > 0:
		o.Layers, o.Resolution = e.Fast, sizeOf(e, q)
	case q == Best:
		return o, fmt.Errorf("quality best needs a trained descriptor or a whole model, %s is a cut one: use fast or balanced with it, or leave --model out", m.Name)
	case q == Fast:
		o.Layers = e.Fast
	default:
		o.Layers = e.Balanced
	}
	return o, nil
}

// sizeOf returns at how many pixels an encoder with a trained descriptor looks at
// pictures.
func sizeOf(e *builtin.Encoder, q Quality) int {
	if e.Sizes == nil {
		return e.Resolution
	}
	switch q {
	case Fast:
		return e.Sizes.Fast
	case Best:
		return e.Sizes.Best
	}
	return e.Sizes.Balanced
}

// needsStandard adds to the error of a run that wanted the standard encoder what
// can be had without it.
func (d *deduping) needsStandard(err error) error {
	store, storeErr := d.env.Models()
	if d.opt.Model != modelstore.Default || storeErr != nil || store.HasDefault() {
		return err
	}
	if d.opt.Quality == Best && d.opt.Kind == catalog.SimilarPair {
		return fmt.Errorf("--kind similar --quality best: %w; fast and balanced use an encoder inside curate and need nothing", err)
	}
	return err
}
