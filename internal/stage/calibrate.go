package stage

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/embed"
)

// CalibrateOptions say what Calibrate learns from.
type CalibrateOptions struct {
	Model      string // as --model has it, "" for the standard encoder
	Layers     []int  // blocks whose CLS tokens dedup compares, nil for the model's own
	Resolution int    // pixels, 0 for the Env's or the model's own
	Pictures   int    // of the catalogue, 0 for 300
	Edits      int    // of each picture, 0 for 6
	Seed       uint64
	Command    string // for the journal
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

	KeptWhitening bool   `json:"kept_whitening"` // it is the known one: the pictures are too few to replace it
	Refused       string `json:"refused"`        // why nothing was changed; "" = it is in force now
	// Now and Before are what was fitted and what was in force, in a catalogue of this
	// size at 0.9, by cosines alone. A null Before: nothing was known.
	Now    trial  `json:"now"`
	Before *trial `json:"before"`
}

// Calibrate edits a sample of the catalogue's pictures, learns from the edits how
// to whiten a model's embeddings and what their cosines mean, and stores that with
// the model's embedding space, where Dedup finds it. From fewer than 500 pictures it
// learns the cosines' meaning only, if a whitening is known. It stores nothing that
// makes no sense or is clearly worse than what is in force: Refused says so then. The
// model itself is returned too. The same pictures and seed give the same.
func Calibrate(ctx context.Context, e *Env, o CalibrateOptions) (CalibrateResult, *calibrate.Model, calibrate.Key, error) {
	began := time.Now()
	model, fit, err := fitSpace(ctx, e, o)
	if err != nil {
		return CalibrateResult{}, nil, calibrate.Key{}, err
	}
	s := fit.space
	r := CalibrateResult{
		Verdicts: fit.verdicts, KeptWhitening: fit.kept, Refused: fit.refused, Now: fit.now, Before: fit.before,
		Images: model.Calibration.Pictures, Pairs: model.Calibration.Pairs, Prior: calibrate.Prior,
		Model: s.Model, Layers: s.Layers, Resolution: s.Resolution, Dim: model.Whitening.Out,
		PrecisionAt: map[string]float64{}, RecallAt: map[string]float64{}, CosineAt: map[string]float64{},
	}
	curve := model.Calibration.Curve(fit.images)
	for _, t := range []float64{.5, .8, .9, .95, .99} {
		name := fmt.Sprint(t)
		r.PrecisionAt[name], r.RecallAt[name] = precisionRecall(fit.judged, t)
		r.CosineAt[name] = curve.Inverse(t)
	}
	r.Reliability = calibrate.Reliability(fit.judged, []float64{0, .1, .3, .5, .7, .9, .97, 1})
	key := calibrate.Key{Model: s.ModelHash, Layers: s.Layers, Resolution: s.Resolution, Precision: s.Precision, Preprocessing: s.Preprocessing}
	if fit.refused == "" {
		err = storeModel(ctx, e, s, model, o.Command)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, model, key, err
}

// fittedSpace is what fitSpace says beside the model.
type fittedSpace struct {
	space    catalog.Space
	judged   []calibrate.Judged // held-out pairs
	verdicts int                // pairs that the user has judged
	images   int                // usable ones of the catalogue
	kept     bool               // the known whitening stayed
	refused  string             // why the catalogue should not take it; "" = it should
	now      trial              // at 0.9, of what was fitted
	before   *trial             // and of what is in force, nil where nothing is
}

// whitenedDim is how many values a whitened embedding has: most of those of one layer of
// a small encoder (256 of 384), and half of two layers' (docs/dedup.md).
func whitenedDim(in int) int { return min(384, (2*in+2)/3) }

// folds is in how many parts the pictures are cut: each is whitened by what was
// learnt from the others, so that the curve is fitted on what whitening has not seen.
const folds = 3

// fewestToWhiten is how many pictures it takes to replace a known whitening: one that is
// learnt from fewer knows its own pictures only. The known ones are learnt from 797;
// from 329 it was still a little worse (docs/dedup.md).
const fewestToWhiten = 500

// fitSpace fits a model to a space. It stores nothing.
func fitSpace(ctx context.Context, e *Env, o CalibrateOptions) (*calibrate.Model, fittedSpace, error) {
	o.Pictures, o.Edits = cmp.Or(o.Pictures, 300), cmp.Or(o.Edits, 6)
	set, err := editedSamples(ctx, e, o)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	inForce, err := storedModel(set.space)
	if err != nil { // of another version of the program: it is of no use
		e.Notice("%v", err)
	}
	known, err := knownModel(set.space)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	if set, err = set.withoutCopies(known); err != nil {
		return nil, fittedSpace{}, err
	}
	f := fittedSpace{space: set.space, images: set.images}
	f.kept = known != nil && len(set.samples.Pictures()) < fewestToWhiten
	trained := embed.IsTrained(set.space.Layers)
	task := e.Progress.Start("fit", folds+1, "steps")
	defer task.Done()
	learn := func(s *calibrate.Samples) (*calibrate.Whitening, error) {
		defer task.Add(1)
		switch {
		case trained: // its projection is a better whitening than these few pictures teach
			return calibrate.Identity(s.Dim).Recentred(s.Originals())
		case f.kept:
			return known.whitening.Recentred(s.Originals())
		}
		return calibrate.Learn(s, whitenedDim(s.Dim))
	}
	parts, err := set.parts(learn)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	whole := f.kept || trained // nothing is learnt but a mean, so all pictures may be compared
	model, err := set.model(ctx, e, parts, whole, learn)
	if err != nil {
		return nil, fittedSpace{}, err
	}
	f.verdicts = len(set.verdicts.Same) + len(set.verdicts.Distinct)
	if f.judged, err = judge(parts); err != nil {
		return nil, fittedSpace{}, err
	}
	return model, f, f.compare(set, model, parts, inForce)
}

// parts whitens each fold by what was learnt from the others.
func (s *editedSet) parts(learn func(*calibrate.Samples) (*calibrate.Whitening, error)) (parts []evidencePart, err error) {
	for k := range folds {
		train, held := s.fold(k)
		w, err := learn(train)
		if err != nil {
			return nil, err
		}
		versions, err := s.whiten(held, w)
		if err != nil {
			return nil, err
		}
		parts = append(parts, gather(versions, true))
	}
	return parts, nil
}

// model learns the whitening from all pictures, and the curve from the parts, or
// from all pictures at once: three times as many strangers.
func (s *editedSet) model(ctx context.Context, e *Env, parts []evidencePart, whole bool, learn func(*calibrate.Samples) (*calibrate.Whitening, error)) (*calibrate.Model, error) {
	model := new(calibrate.Model)
	var err error
	if model.Whitening, err = learn(s.samples); err != nil {
		return nil, err
	}
	all, err := s.whiten(s.samples, model.Whitening)
	if err != nil {
		return nil, err
	}
	if whole {
		parts = []evidencePart{gather(all, true)}
	} else {
		tellCrowds(all, photosOf(all)) // for the look-alikes
	}
	if s.verdicts, err = verdictCosines(ctx, e, s.space.ID, model.Whitening, crowdOf(all, photosOf(all))); err != nil {
		return nil, err
	}
	evidence := s.evidence(parts, lookalikes(all))
	evidence.Verdicts = s.verdicts
	model.Calibration, err = calibrate.Fit(evidence)
	return model, err
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
