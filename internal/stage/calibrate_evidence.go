package stage

import (
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// whitened is a picture of a sample in all its versions, the original first.
type whitened struct {
	versions [][]float32 // each of length 1
	scales   []float32   // of each version (dedup.Crowding); nil: cosines are told as they are
	prompt   string      // as normalPrompt has it
}

// told returns the cosine of version i of a picture and version k of another or the same.
func (w *whitened) told(i int, o *whitened, k int) float64 {
	c := cosine(w.versions[i], o.versions[k])
	if w.scales == nil || o.scales == nil {
		return c
	}
	return dedup.Told(c, w.scales[i], o.scales[k])
}

// crowdOf measures crowds by the originals of some pictures that are no copies of each
// other.
func crowdOf(pictures []whitened, by []int) *dedup.Crowding {
	if len(by) == 0 {
		return nil
	}
	var rows []float32
	for _, i := range by {
		rows = append(rows, pictures[i].versions[0]...)
	}
	return dedup.NewCrowding(rows, len(pictures[by[0]].versions[0]))
}

// tellCrowds gives all versions their scales.
func tellCrowds(pictures []whitened, by []int) {
	crowd := crowdOf(pictures, by)
	if crowd == nil {
		return
	}
	self := map[int]int{}
	for k, i := range by {
		self[i] = k
	}
	for i := range pictures {
		own, inSample := self[i]
		if !inSample {
			own = -1
		}
		w := &pictures[i]
		w.scales = nil
		for _, v := range w.versions {
			w.scales = append(w.scales, crowd.Scale(v, own))
		}
	}
}

// whiten whitens all versions of some of the pictures.
func (s *editedSet) whiten(samples *calibrate.Samples, w *calibrate.Whitening) ([]whitened, error) {
	var out []whitened
	for _, rows := range samples.Pictures() {
		p := whitened{prompt: s.prompts[samples.Picture[rows[0]]]}
		for _, i := range rows {
			v, err := w.Apply(samples.Row(i))
			if err != nil {
				return nil, err
			}
			p.versions = append(p.versions, v)
		}
		out = append(out, p)
	}
	return out, nil
}

// evidencePart is what one held-out part of the pictures says.
type evidencePart struct {
	copies    []float64           // cosines of versions of a picture
	strangers calibrate.Histogram // cosines of versions of two pictures
	nearest   []float64           // of each original, its nearest stranger
}

// eachCopy calls f for pairs of versions of one picture, the original being the first:
// every edit with the original and with the next edit. Of a copy that is met the
// original need not be at hand, so pairs of two edits count as much as the others.
func eachCopy(versions int, f func(a, b int)) {
	for i := 1; i < versions; i++ {
		f(0, i)
		if next := i%(versions-1) + 1; next != i && versions > 3 {
			f(i, next)
		}
	}
}

// gather compares versions of a picture with each other, and every version with
// every version of its strangers. Generated pictures are look-alikes, also across
// prompts (a red car, a car that is red), so strangers are sought among those
// without a prompt, if there are enough. Pictures so near that they are likely to be
// copies that nobody knew of are passed over. crowds tells cosines by how crowded it is
// round the pictures, as they are told where the calibration is used.
func gather(pictures []whitened, crowds bool) evidencePart {
	var p evidencePart
	photos := photosOf(pictures)
	var originals []float64
	for _, i := range photos {
		for _, k := range photos {
			if k < i {
				originals = append(originals, cosine(pictures[i].versions[0], pictures[k].versions[0]))
			}
		}
	}
	if crowds {
		tellCrowds(pictures, photos)
	}
	for i := range pictures {
		w := &pictures[i]
		eachCopy(len(w.versions), func(a, b int) { p.copies = append(p.copies, w.told(a, w, b)) })
	}
	p.compare(pictures, photos, calibrate.SuspectFrom(originals))
	return p
}

// photosOf returns the pictures without a prompt, or all where those are too few.
func photosOf(pictures []whitened) (photos []int) {
	all := make([]int, len(pictures))
	for i, w := range pictures {
		all[i] = i
		if w.prompt == "" {
			photos = append(photos, i)
		}
	}
	if len(photos) < fewestPictures {
		return all
	}
	return photos
}

func (p *evidencePart) compare(pictures []whitened, photos []int, suspect float64) {
	p.nearest = make([]float64, len(photos))
	for i := range p.nearest {
		p.nearest[i] = -1
	}
	for i, x := range photos {
		a := &pictures[x]
		for k, y := range photos[:i] {
			b := &pictures[y]
			if cosine(a.versions[0], b.versions[0]) >= suspect || a.prompt != "" && a.prompt == b.prompt {
				continue
			}
			c := a.told(0, b, 0)
			p.nearest[i], p.nearest[k] = max(p.nearest[i], c), max(p.nearest[k], c)
			part := 1 / float64(len(a.versions)*len(b.versions)) // one pair of pictures, whatever is made of them
			for v := range a.versions {
				for w := range b.versions {
					p.strangers.AddPart(a.told(v, b, w), part)
				}
			}
		}
	}
}

// lookalikes returns, of each original with a prompt that others have too, the
// cosine of the nearest of them.
func lookalikes(pictures []whitened) []float64 {
	byPrompt := map[string][]int{}
	for i, w := range pictures {
		if w.prompt != "" {
			byPrompt[w.prompt] = append(byPrompt[w.prompt], i)
		}
	}
	var out []float64
	for i := range pictures {
		w, nearest := &pictures[i], -1.0
		for _, k := range byPrompt[w.prompt] {
			if k != i {
				nearest = max(nearest, w.told(0, &pictures[k], 0))
			}
		}
		if nearest > -1 {
			out = append(out, nearest)
		}
	}
	return out
}

// evidence joins the parts, and adds what the hashes say.
func (s *editedSet) evidence(parts []evidencePart, lookalikes []float64) calibrate.Evidence {
	e := joined(parts)
	e.Crowds, e.Lookalikes, e.Pictures, e.Seed = true, lookalikes, len(s.samples.Pictures()), s.seed
	e.HashStrangers = make([]int, 65)
	for i, a := range s.hashes {
		for k, b := range s.hashes[:i] {
			if p, q := s.samples.Picture[i], s.samples.Picture[k]; !a.Flat() && !b.Flat() && !s.alike(p, q) {
				d, _ := dedup.Distance(a, b)
				e.HashStrangers[d]++
			}
		}
	}
	for _, rows := range s.samples.Pictures() {
		eachCopy(len(rows), func(a, b int) {
			d, _ := dedup.Distance(s.hashes[rows[a]], s.hashes[rows[b]])
			e.HashCopies = append(e.HashCopies, d)
		})
	}
	return e
}

// alike tells that two pictures are one, or were both generated and so may be
// alike without being copies.
func (s *editedSet) alike(a, b int) bool {
	return a == b || s.prompts[a] != "" && s.prompts[b] != ""
}

func joined(parts []evidencePart) (e calibrate.Evidence) {
	for _, p := range parts {
		e.Copies = append(e.Copies, p.copies...)
		e.Strangers.Merge(p.strangers)
	}
	return e
}

// judge predicts each part's pairs by a curve fitted on the other parts.
func judge(parts []evidencePart) ([]calibrate.Judged, error) {
	var out []calibrate.Judged
	for k, held := range parts {
		c, err := calibrate.Fit(joined(others(parts, k)))
		if err != nil {
			return nil, err
		}
		out = append(out, held.judged(c.Curve(len(held.nearest)))...)
	}
	return out, nil
}

// judged predicts the part's pairs of copies and of nearest strangers.
func (p *evidencePart) judged(curve calibrate.Curve) (out []calibrate.Judged) {
	for _, x := range p.copies {
		out = append(out, calibrate.Judged{Chance: curve.At(x), Copy: true, Weight: calibrate.Prior / float64(len(p.copies))})
	}
	for _, x := range p.nearest {
		out = append(out, calibrate.Judged{Chance: curve.At(x), Weight: (1 - calibrate.Prior) / float64(len(p.nearest))})
	}
	return out
}

// cosine is the product of two vectors of length 1.
func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
