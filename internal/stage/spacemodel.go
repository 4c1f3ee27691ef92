package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
)

// spaceModel is what is known of an embedding space: how to whiten its embeddings
// and what their cosines mean.
type spaceModel struct {
	whitening   *calibrate.Whitening
	calibration calibrate.Calibration
	origin      string         // where it comes from, for people
	others      bool           // it was learnt on others' pictures
	heap        calibrate.Heap // what this heap is like
	measured    bool           // it was seen how near strangers are here
	// curve gives the similarity by cosine in a catalogue of so many images.
	curve func(images int) calibrate.Curve
	// nearest gives the cosine where a picture's nearest stranger mostly is; nil =
	// unknown.
	nearest func(images int) float64
	// lookalikes gives it for two pictures of one prompt; nil = as for all.
	lookalikes *calibrate.Curve
}

func newSpaceModel(m *calibrate.Model, origin string) *spaceModel {
	lookalikes := m.Calibration.LookalikeCurve()
	s := &spaceModel{
		whitening: m.Whitening, calibration: m.Calibration, origin: origin, others: origin != ownPictures, lookalikes: &lookalikes,
	}
	s.curve = func(images int) calibrate.Curve { return s.inHeap().Curve(images) }
	s.nearest = func(images int) float64 { return s.inHeap().Nearest(images) }
	return s
}

// inHeap returns the calibration as it is in this heap.
func (m *spaceModel) inHeap() calibrate.Calibration { return m.calibration.In(m.heap) }

// spaceModel finds the model of a space of copies: the user's own, one inside the
// binary, or one fitted now. With too few pictures to fit one it makes do.
func (d *deduping) spaceModel(ctx context.Context) (*spaceModel, error) {
	m, err := storedModel(d.space)
	if err != nil || m != nil {
		return m, err
	}
	if d.env.Catalog == nil || len(d.images) < fewestPictures {
		d.env.Notice("%d pictures are too few to fit a calibration for %s: only what is nearly the same counts as a copy", len(d.images), d.space.Model)
		return bareCosine(d.space.Dim), nil
	}
	d.env.Notice("no calibration is known for %s at %d px: fitting one on edits of your own pictures, once (curate calibrate)", d.space.Model, d.space.Resolution)
	fit, worth, err := fitSpace(ctx, d.env, CalibrateOptions{Model: d.wanted.Model, Layers: d.wanted.Layers, Resolution: d.space.Resolution})
	switch {
	case errors.Is(err, errFewPictures):
		d.env.Notice("%v: only what is nearly the same counts as a copy", err)
		return bareCosine(d.space.Dim), nil
	case err != nil:
		return nil, err
	case worth.refused != "":
		d.env.Notice("what was learnt is of no use (%s): only what is nearly the same counts as a copy", worth.refused)
		return bareCosine(d.space.Dim), nil
	}
	return newSpaceModel(fit, ownPictures), storeModel(ctx, d.env, d.space, fit, d.opt.Command)
}

const (
	ownPictures    = "edits of the catalogue's own pictures"
	fewestPictures = 24 // that a calibration can be fitted on
)

// fewestStrangers is what a heap counts as at least where the curves were learnt on
// others' pictures. How near strangers are in this heap is measured on a sample (see
// measureHeap). Where it holds too few different pictures for that, more are counted;
// and far more where it is so small that what its pictures have in common could
// not be taken off (dedup.Centre): 80 drawings in one style all became one cluster.
const (
	fewestMeasured     = 1000
	fewestStrangers    = 10_000
	strangersUncentred = 1_000_000 // also for what was generated from two prompts
)

// population is the number of images that the curves are taken for. A curve that was
// learnt on the user's own pictures has met their like.
func (d *deduping) population() int {
	switch {
	case !d.learnt.others:
		return len(d.images)
	case len(d.images) < fewestPictures:
		return strangersUncentred
	case d.learnt.measured:
		return max(fewestMeasured, len(d.images))
	}
	return max(fewestStrangers, len(d.images))
}

// storedModel returns the model that is stored with a space, or the known one of
// its key, or nil.
func storedModel(s catalog.Space) (*spaceModel, error) {
	if len(s.Whitening) > 0 {
		m := &calibrate.Model{Whitening: new(calibrate.Whitening)}
		err := m.Whitening.UnmarshalBinary(s.Whitening)
		if err == nil {
			err = json.Unmarshal(s.Calibration, &m.Calibration)
		}
		if err == nil {
			err = m.Calibration.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("the stored calibration of %s: %w; run `curate calibrate`", s.Model, err)
		}
		return newSpaceModel(m, ownPictures), nil
	}
	return knownModel(s)
}

// knownModel returns the model of a space that is inside the binary, or nil.
func knownModel(s catalog.Space) (*spaceModel, error) {
	m, ok, err := calibrate.Known(calibrate.Key{
		Model: s.ModelHash, Layers: s.Layers, Resolution: s.Resolution, Precision: s.Precision, Preprocessing: s.Preprocessing,
	})
	if err != nil || !ok {
		return nil, err
	}
	return newSpaceModel(m, "known for "+s.Model), nil
}

// bareHashes is for a catalogue without embeddings: hashes count as photographs'
// hashes do.
func bareHashes() *spaceModel {
	return &spaceModel{calibration: calibrate.Calibration{Hash: calibrate.PhotoHashes()}, origin: "hashes only", curve: nearlyTheSame}
}

// bareCosine leaves embeddings as they are.
func bareCosine(dim int) *spaceModel {
	m := bareHashes()
	m.whitening, m.origin = calibrate.Identity(dim), "none: too few pictures"
	return m
}

// nearlyTheSame is a curve for embeddings that nothing is known of: at .99 the odds
// are even, at .998 they are nine to one.
func nearlyTheSame(int) calibrate.Curve {
	return calibrate.Curve{Scores: []float64{-1, .97, .99, .998, 1}, Odds: []float64{-12, -4, 0, math.Log(9), 3}}
}

// sampleVectors reads an even sample of the embeddings: those whose content hashes
// come first, so that the sample does not depend on the order of ingest.
func (d *deduping) sampleVectors(ctx context.Context, most int) (*calibrate.Samples, error) {
	chosen := slices.Clone(d.images)
	slices.SortFunc(chosen, func(a, b catalog.Candidate) int { return slices.Compare(a.Hash[:], b.Hash[:]) })
	var ids []catalog.ImageID
	for _, c := range chosen[:min(len(chosen), most)] {
		ids = append(ids, c.Image)
	}
	matrix, present, err := d.env.Catalog.VectorsOf(ctx, d.space.ID, ids)
	if err != nil {
		return nil, err
	}
	s := new(calibrate.Samples)
	for i, ok := range present {
		if ok {
			s.Add(i, matrix[i*d.space.Dim:(i+1)*d.space.Dim])
		}
	}
	return s, nil
}
