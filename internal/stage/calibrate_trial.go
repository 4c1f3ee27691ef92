package stage

import (
	"fmt"
	"math"

	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// trial is what a calibration finds of held-out edits at a similarity of 0.9, in the
// catalogue that the pictures are of.
type trial struct {
	Cosine    float64 `json:"cosine"` // that 0.9 asks for
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

const (
	trialAt = 0.9
	// leastRecall is what a calibration must find of held-out edits to make any sense.
	leastRecall = 0.1
	// clearlyWorse is by how much the sum of precision and recall must fall, on held-out edits at
	// trialAt, for the one in force to stay.
	clearlyWorse = 0.05
)

// compare tries what was fitted and what is in force on the same held-out pictures,
// and refuses the former where it makes no sense or is clearly worse.
func (f *fittedSpace) compare(set *editedSet, model *calibrate.Model, parts []evidencePart, inForce *spaceModel) error {
	var curves []calibrate.Curve
	for k := range parts {
		e := joined(others(parts, k))
		// What the user calls distinct is to cost recall, and no reason to refuse.
		e.Verdicts.Same = set.verdicts.Same
		c, err := calibrate.Fit(e)
		if err != nil {
			return err
		}
		curves = append(curves, c.Curve(set.images))
	}
	f.now = try(parts, curves)
	f.now.Cosine = model.Calibration.Curve(set.images).Inverse(trialAt)
	if inForce != nil {
		heap, err := set.inHeap(inForce)
		if err != nil {
			return err
		}
		curves := make([]calibrate.Curve, folds)
		for k := range curves {
			curves[k] = heap.curve
		}
		before := try(heap.parts(set), curves)
		before.Cosine = heap.curve.Inverse(trialAt)
		f.before = &before
	}
	f.refused = refuse(f.now, f.before)
	return nil
}

// refuse says why a calibration is not to be taken, or nothing.
func refuse(now trial, before *trial) string {
	switch {
	case now.Cosine > 1:
		return fmt.Sprintf("a similarity of %g would ask for a cosine of %.3f, and there is none over 1", trialAt, now.Cosine)
	case now.Recall < leastRecall:
		return fmt.Sprintf("it finds %.3f of held-out edits at %g, and %g is the least that makes sense", now.Recall, trialAt, leastRecall)
	case before != nil && now.Precision+now.Recall < before.Precision+before.Recall-clearlyWorse:
		return fmt.Sprintf("on held-out edits it has a precision of %.3f and a recall of %.3f at %g, what is in force has %.3f and %.3f, and their sum may fall by %g at most",
			now.Precision, now.Recall, trialAt, before.Precision, before.Recall, clearlyWorse)
	}
	return ""
}

// try judges the pairs of each part by its curve.
func try(parts []evidencePart, curves []calibrate.Curve) (t trial) {
	var all []calibrate.Judged
	for k, p := range parts {
		all = append(all, p.judged(curves[k])...)
	}
	t.Precision, t.Recall = precisionRecall(all, trialAt)
	return t
}

// others returns all parts but one.
func others(parts []evidencePart, k int) []evidencePart {
	return append(append([]evidencePart(nil), parts[:k]...), parts[k+1:]...)
}

// sampleHeap is a sample as Dedup would see it with a model: whitened, without what its
// pictures have in common, and with a curve that knows how near strangers are here.
type sampleHeap struct {
	pictures []whitened // in order of editedSet.samples.Pictures
	number   []int      // of each picture
	crowds   bool
	curve    calibrate.Curve
	half     float64 // the cosine of a similarity of 0.5
}

// inHeap sees a sample with a model as Dedup does: compare deduping.centre and
// deduping.measureHeap.
func (s *editedSet) inHeap(m *spaceModel) (*sampleHeap, error) {
	h := new(sampleHeap)
	var err error
	if h.pictures, err = s.whiten(s.samples, m.whitening); err != nil {
		return nil, err
	}
	for _, rows := range s.samples.Pictures() {
		h.number = append(h.number, s.samples.Picture[rows[0]])
	}
	images, c := s.images, m.calibration
	if m.others {
		h.takeOffCentre(m.whitening.Out)
	}
	at := c.Curve(max(s.images, fewestStrangers)).Inverse(0.5)
	others := different(len(h.pictures), func(i, k int) bool { return h.cosine(i, k) >= at })
	if h.crowds = c.Crowds; h.crowds {
		tellCrowds(h.pictures, others)
	}
	if m.others {
		images = max(images, fewestMeasured)
		if len(others) < fewestPictures {
			images = max(images, fewestStrangers)
		} else {
			c = c.In(calibrate.Heap{Stretch: c.Stretch(s.crossCosines(h, others), len(others), c.Curve(images).Inverse(0.5))})
		}
	}
	h.curve = c.Curve(images)
	h.half = h.curve.Inverse(0.5)
	return h, nil
}

func (h *sampleHeap) takeOffCentre(dim int) {
	var rows []float32
	for _, p := range h.pictures {
		rows = append(rows, p.versions[0]...)
	}
	centre := dedup.Centre(rows, dim)
	for _, p := range h.pictures {
		for _, v := range p.versions {
			takeOff(v, centre)
			toLengthOne(v)
		}
	}
}

func (s *editedSet) crossCosines(h *sampleHeap, of []int) (out calibrate.Histogram) {
	for i, a := range of {
		for _, b := range of[:i] {
			if !s.alike(h.number[a], h.number[b]) {
				out.Add(h.cosine(a, b))
			}
		}
	}
	return out
}

func (h *sampleHeap) cosine(i, k int) float64 {
	return h.pictures[i].told(0, &h.pictures[k], 0)
}

// copies tells whether two originals are likelier copies than not.
func (h *sampleHeap) copies(i, k int) bool { return h.cosine(i, k) >= h.half }

// parts cuts the sample as editedSet.fold does.
func (h *sampleHeap) parts(s *editedSet) []evidencePart {
	folded := make([][]whitened, folds)
	for i, p := range h.pictures {
		folded[h.number[i]%folds] = append(folded[h.number[i]%folds], p)
	}
	var parts []evidencePart
	for _, f := range folded {
		parts = append(parts, gather(f, h.crowds))
	}
	return parts
}

func toLengthOne(v []float32) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range v {
			v[i] *= scale
		}
	}
}
