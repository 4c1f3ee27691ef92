package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/imageio"
)

// prepare makes what is missing (hashes, embeddings, a calibration) and loads all.
func (d *deduping) prepare(ctx context.Context) error {
	if err := ensureHashes(ctx, d.env, d.result); err != nil {
		return err
	}
	if err := d.embed(ctx); err != nil {
		return err
	}
	if err := d.loadImages(ctx); err != nil {
		return err
	}
	if err := d.findReference(ctx); err != nil {
		return err
	}
	if d.space.ID == 0 || len(d.images) == 0 {
		return nil
	}
	if err := d.loadFaint(ctx); err != nil {
		return err
	}
	return d.loadVectors(ctx)
}

// ensureHashes makes the perceptual hashes that ingest has not made.
func ensureHashes(ctx context.Context, e *Env, r *DedupResult) error {
	need := catalog.Need{PHash: dedup.HashVersion}
	n, err := e.Catalog.QueueLen(ctx, need)
	if err != nil || n == 0 {
		return err
	}
	task := e.Progress.Start("hash", int64(n), "images")
	defer task.Done()
	small := openThumbs(e)
	defer small.Close()
	return measureAll(ctx, e, e.Catalog.Queue(ctx, need), small.hash,
		func(ctx context.Context, results []measured[catalog.PHash]) error {
			task.Add(int64(len(results)))
			var rows []catalog.Hashed
			for _, m := range results {
				if m.err != nil {
					r.Unreadable = append(r.Unreadable, UnusableInput{m.work.Path, m.err.Error()})
					continue
				}
				rows = append(rows, catalog.Hashed{Image: m.work.Image, PHash: m.value})
			}
			return e.Catalog.SavePHashes(ctx, dedup.HashVersion, rows)
		})
}

// embed computes the embeddings that are missing, of one space.
func (d *deduping) embed(ctx context.Context) error {
	began := time.Now()
	var err error
	if d.wanted, err = d.env.Embedding(d.opt.Quality, d.opt.Model); err != nil {
		return err
	}
	if d.env.Resolution > 0 {
		d.wanted.Resolution = d.env.Resolution
	}
	em, err := EnsureEmbeddings(ctx, d.env, d.wanted)
	if err != nil {
		return d.needsStandard(err)
	}
	r := d.result
	d.space = em.Copies
	r.EmbedSeconds = time.Since(began).Seconds()
	r.Model, r.Device, r.Resolution = &em.Result.Model, em.Result.Device, em.Result.Resolution
	r.Unreadable = append(r.Unreadable, em.Result.Unreadable...)
	return nil
}

// loadImages reads the candidates and their hashes.
func (d *deduping) loadImages(ctx context.Context) error {
	d.at = map[catalog.ImageID]int{}
	for c, err := range d.env.Catalog.Candidates(ctx) {
		if err != nil {
			return err
		}
		d.at[c.Image] = len(d.images)
		var hash dedup.Hash
		if c.PHash != nil {
			hash = dedup.Hash(c.PHash[0])
		}
		if c.PHash != nil && hash.Flat() {
			d.result.Flat++
		}
		d.facts = append(d.facts, metadataFacts(c.Metadata))
		c.PHash, c.Metadata = nil, nil // of a million images
		d.images = append(d.images, c)
		d.scorer.Hashes = append(d.scorer.Hashes, hash)
	}
	d.result.Images = len(d.images)
	return nil
}

// findReference marks the images that lie under the paths of Against.
func (d *deduping) findReference(ctx context.Context) error {
	if len(d.opt.Against) == 0 {
		return nil
	}
	d.reference = make([]bool, len(d.images))
	found := 0
	for row, err := range d.env.Catalog.Images(ctx, catalog.Filter{Under: d.opt.Against}) {
		if err != nil {
			return err
		}
		if i, ok := d.at[row.ID]; ok {
			d.reference[i] = true
			found++
		}
	}
	if found == 0 {
		return fmt.Errorf("no picture of the catalogue lies under %s: take it in first with `curate ingest`", d.opt.Against[0])
	}
	return nil
}

// vectorBlock is how many embeddings are whitened at a time.
const vectorBlock = 1024

// loadVectors finds the calibration of the space, and whitens its embeddings.
func (d *deduping) loadVectors(ctx context.Context) (err error) {
	if d.learnt, err = d.spaceModel(ctx); err != nil {
		return err
	}
	d.result.Calibration = &d.learnt.origin
	w := d.learnt.whitening
	if w.In != d.space.Dim {
		return fmt.Errorf("the whitening of %s takes %d values, its embeddings have %d: run `curate calibrate`", d.space.Model, w.In, d.space.Dim)
	}
	m, err := d.env.newMultiplier(ctx, w.In)
	if err != nil {
		return err
	}
	defer m.Close()
	if d.multiply, err = d.env.newMultiplier(ctx, w.Out); err != nil {
		return err
	}
	centre, err := d.centre(ctx)
	if err != nil {
		return err
	}
	if centre, err = d.recall(ctx, centre); err != nil {
		return err
	}
	d.scorer.Vectors = dedup.NewVectors(len(d.images), w.Out)
	rows, at := make([]float32, 0, vectorBlock*w.In), make([]int, 0, vectorBlock)
	flush := func() error {
		out := make([]float32, len(at)*w.Out)
		if err := w.ApplyRows(out, rows, m.MulT); err != nil {
			return err
		}
		for k, i := range at {
			row := out[k*w.Out : (k+1)*w.Out]
			takeOff(row, centre)
			if err := d.scorer.Vectors.Set(i, row); err != nil {
				return fmt.Errorf("%s: %w", d.images[i].Path, err)
			}
		}
		rows, at = rows[:0], at[:0]
		return nil
	}
	for v, err := range d.env.Catalog.Vectors(ctx, d.space.ID) {
		if err != nil {
			return err
		}
		i, usable := d.at[v.Image]
		if !usable {
			continue
		}
		rows, at = append(rows, v.Values...), append(at, i)
		if len(at) == vectorBlock {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	return flush()
}

// centreSample is how many pictures the centre of a heap is taken from.
const centreSample = 1000

// centre returns what the pictures of this heap have in common in a whitening that
// was learnt on others' pictures; nil where it was learnt on these, or nothing was.
func (d *deduping) centre(ctx context.Context) ([]float32, error) {
	if !d.learnt.others || len(d.images) < fewestPictures {
		return nil, nil
	}
	s, err := d.sampleVectors(ctx, centreSample)
	if err != nil {
		return nil, err
	}
	var rows []float32
	for i := range s.Picture {
		row, err := d.learnt.whitening.Apply(s.Row(i))
		if err != nil {
			return nil, err
		}
		rows = append(rows, row...)
	}
	return dedup.Centre(rows, d.learnt.whitening.Out), nil
}

// takeOff scales a row to length 1 and subtracts the centre from it.
func takeOff(row, centre []float32) {
	sum := 0.0
	for _, v := range row {
		sum += float64(v) * float64(v)
	}
	if centre == nil || sum == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for k := range row {
		row[k] = row[k]*scale - centre[k]
	}
}

// candidate is what the keeper rules see of an image.
func (d *deduping) candidate(i int) dedup.Candidate {
	c := &d.images[i]
	out := dedup.Candidate{
		Key: c.Hash.String(), Label: c.Label, Width: c.Width, Height: c.Height, Bytes: c.Bytes, Metadata: d.facts[i],
	}
	if c.ModTime != 0 {
		out.Time = time.Unix(0, c.ModTime)
	}
	switch c.Fate {
	case catalog.Keep:
		out.Verdict = dedup.VerdictKeep
	case catalog.Remove:
		out.Verdict = dedup.VerdictRemove
	}
	return out
}

// metadataFacts counts what a file says about its making.
func metadataFacts(m map[string]any) int {
	var meta imageio.Meta
	raw, err := json.Marshal(m)
	if err != nil || json.Unmarshal(raw, &meta) != nil {
		return 0
	}
	return meta.Facts()
}
