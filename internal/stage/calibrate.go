package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
)

// CalibrateOptions say what Calibrate learns from.
type CalibrateOptions struct {
	Model      string // as --model has it, "" for the standard encoder
	Layers     []int  // blocks whose CLS tokens dedup compares, nil for the model's own
	Resolution int    // pixels, 0 for the Env's or the model's own
	Pictures   int    // of the catalogue, 0 for 300
	Edits      int    // of each picture, 0 for 6
	Seed       uint64
}

// CalibrateResult is what a calibration is worth, on pictures that neither the
// whitening nor the curve was fitted on. The maps are by threshold: precision and
// recall of pairs at or above it, if the share of copies is calibrate.Prior.
type CalibrateResult struct {
	Images      int                `json:"images"`   // that were learnt from
	Pairs       int                `json:"pairs"`    // of versions of a picture
	Verdicts    int                `json:"verdicts"` // pairs that you have judged, which count too
	PrecisionAt map[string]float64 `json:"precision_at"`
	RecallAt    map[string]float64 `json:"recall_at"`
	CosineAt    map[string]float64 `json:"cosine_at"` // in a catalogue of this size
	Reliability []calibrate.Bin    `json:"reliability"`
	Prior       float64            `json:"prior"` // share of copies that the figures are for
	Model       string             `json:"model"`
	Layers      string             `json:"layers"`
	Resolution  int                `json:"resolution"`
	Dim         int                `json:"dim"` // of the whitened embeddings
	Seconds     float64            `json:"seconds"`
}

// Calibrate edits a sample of the catalogue's pictures, learns from the edits how
// to whiten a model's embeddings and what their cosines mean, and stores that with
// the model's embedding space, where Dedup finds it. The model itself is returned
// too. The same pictures and seed give the same.
func Calibrate(ctx context.Context, e *Env, o CalibrateOptions) (CalibrateResult, *calibrate.Model, calibrate.Key, error) {
	began := time.Now()
	model, fit, err := fitSpace(ctx, e, o)
	if err != nil {
		return CalibrateResult{}, nil, calibrate.Key{}, err
	}
	s := fit.space
	r := CalibrateResult{
		Verdicts: fit.verdicts,
		Images:   model.Calibration.Pictures, Pairs: model.Calibration.Pairs, Prior: calibrate.Prior,
		Model: s.Model, Layers: s.Layers, Resolution: s.Resolution, Dim: model.Whitening.Out,
		PrecisionAt: map[string]float64{}, RecallAt: map[string]float64{}, CosineAt: map[string]float64{},
	}
	curve := model.Calibration.Curve(r.Images)
	for _, t := range []float64{.5, .8, .9, .95, .99} {
		name := fmt.Sprint(t)
		r.PrecisionAt[name], r.RecallAt[name] = precisionRecall(fit.judged, t)
		r.CosineAt[name] = curve.Inverse(t)
	}
	r.Reliability = calibrate.Reliability(fit.judged, []float64{0, .1, .3, .5, .7, .9, .97, 1})
	r.Seconds = time.Since(began).Seconds()
	key := calibrate.Key{Model: s.ModelHash, Layers: s.Layers, Resolution: s.Resolution, Precision: s.Precision, Preprocessing: s.Preprocessing}
	return r, model, key, nil
}

// fitted is what fitSpace says beside the model.
type fittedSpace struct {
	space  catalog.Space
	judged []calibrate.Judged // held-out pairs

	verdicts int // pairs that the user has judged
}

// whitenedDim is how many values a whitened embedding has: most of those of one layer of
// a small encoder (256 of 384), and half of two layers' (docs/dedup.md).
func whitenedDim(in int) int { return min(384, (2*in+2)/3) }

// folds is in how many parts the pictures are cut: each is whitened by what was
// learnt from the others, so that the curve is fitted on what whitening has not seen.
const folds = 3

// fitSpace fits a model to a space and stores it there.
func fitSpace(ctx context.Context, e *Env, o CalibrateOptions) (*calibrate.Model, fittedSpace, error) {
	o.Pictures, o.Edits = cmp.Or(o.Pictures, 300), cmp.Or(o.Edits, 6)
	set, err := editedSamples(ctx, e, o)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	task := e.Progress.Start("fit", folds+1, "steps")
	defer task.Done()
	dim := whitenedDim(set.samples.Dim)
	var parts []evidencePart
	for k := range folds {
		train, held := set.fold(k)
		w, err := calibrate.Learn(train, dim)
		if err != nil {
			return nil, fittedSpace{}, err
		}
		versions, err := set.whiten(held, w)
		if err != nil {
			return nil, fittedSpace{}, err
		}
		parts = append(parts, gather(versions))
		task.Add(1)
	}
	model := new(calibrate.Model)
	if model.Whitening, err = calibrate.Learn(set.samples, dim); err != nil {
		return nil, fittedSpace{}, err
	}
	all, err := set.whiten(set.samples, model.Whitening)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	task.Add(1)
	evidence := set.evidence(parts, lookalikes(all))
	if evidence.Verdicts, err = verdictCosines(ctx, e, set.space.ID, model.Whitening); err != nil {
		return nil, fittedSpace{}, err
	}
	if model.Calibration, err = calibrate.Fit(evidence); err != nil {
		return nil, fittedSpace{}, err
	}
	judged, err := judge(parts)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	verdicts := len(evidence.Verdicts.Same) + len(evidence.Verdicts.Distinct)
	return model, fittedSpace{set.space, judged, verdicts}, storeModel(ctx, e, set.space.ID, model)
}

func storeModel(ctx context.Context, e *Env, id catalog.SpaceID, m *calibrate.Model) error {
	whitening, err := m.Whitening.MarshalBinary()
	if err != nil {
		return err
	}
	curve, err := json.Marshal(m.Calibration)
	if err != nil {
		return fmt.Errorf("store calibration: %w", err)
	}
	return e.Catalog.SetCalibration(ctx, id, whitening, curve)
}

// precisionRecall weighs held-out pairs: every edit is a copy, every picture's
// nearest stranger is none.
func precisionRecall(pairs []calibrate.Judged, threshold float64) (precision, recall float64) {
	var hit, all, wrong float64
	for _, p := range pairs {
		switch {
		case p.Copy:
			all += p.Weight
			if p.Chance >= threshold {
				hit += p.Weight
			}
		case p.Chance >= threshold:
			wrong += p.Weight
		}
	}
	if hit+wrong == 0 {
		return 1, 0
	}
	return hit / (hit + wrong), hit / all
}

var errFewPictures = errors.New("calibrate: too few pictures")

// chosen returns the sample: the images whose content hashes come first after the
// seed is mixed in, so that it does not depend on the order of ingest.
func chooseImages(ctx context.Context, e *Env, o CalibrateOptions) ([]catalog.Candidate, error) {
	var all []catalog.Candidate
	for c, err := range e.Catalog.Candidates(ctx) {
		if err != nil {
			return nil, err
		}
		if c.Fate != catalog.Remove {
			all = append(all, c)
		}
	}
	if len(all) < fewestPictures {
		return nil, fmt.Errorf("%w: the catalogue has %d usable ones, at least %d are needed", errFewPictures, len(all), fewestPictures)
	}
	order := func(c *catalog.Candidate) uint64 { return seededOrder(o.Seed, c.Hash[:]) }
	slices.SortFunc(all, func(a, b catalog.Candidate) int { return cmp.Compare(order(&a), order(&b)) })
	return all[:min(len(all), o.Pictures)], nil
}
