package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
)

// heap fills a catalogue with rows as those of a real one, and no pictures: every image has been
// checked, compared, clustered and split. Of ten images, four are in clusters of copies.
type heap struct {
	c    *catalog.Catalog
	rng  *rand.Rand
	n    int
	ids  []catalog.ImageID
	lots int // rows of one transaction
}

// fill makes n images.
func fill(ctx context.Context, c *catalog.Catalog, n int) (*heap, error) {
	h := &heap{c: c, rng: rand.New(rand.NewPCG(7, 8)), n: n, lots: 2000}
	for _, step := range []func(context.Context) error{h.images, h.faults, h.copies, h.alike, h.splits} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// batches calls do for one lot after the other.
func (h *heap) batches(do func(from, to int) error) error {
	for from := 0; from < h.n; from += h.lots {
		if err := do(from, min(from+h.lots, h.n)); err != nil {
			return err
		}
	}
	return nil
}

func (h *heap) images(ctx context.Context) error {
	return h.batches(func(from, to int) error {
		var ss []catalog.Sighting
		for i := from; i < to; i++ {
			ss = append(ss, h.sighting(i))
		}
		found, err := h.c.Record(ctx, ss)
		for _, f := range found {
			h.ids = append(h.ids, f.Image)
		}
		return err
	})
}

// sighting is image i: every second one is generated, and one in a thousand is called so and not so.
func (h *heap) sighting(i int) catalog.Sighting {
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(i))
	side := 200 + h.rng.IntN(1800)
	size := int64(side * side / 8)
	c := &catalog.Content{Hash: sha256.Sum256(seed[:]), Bytes: size, Format: "jpeg", Width: side * 4 / 3, Height: side, Orientation: 1, Frames: 1, Bits: 8, Mode: "rgb"}
	o := catalog.Origin{Label: "real", Subject: fmt.Sprint("subject", i%20), Source: fmt.Sprint("crawl", i%50)}
	if i%2 == 1 {
		c.Format, c.Width, c.Height = "png", 1024, 1024
		o.Label, o.Generator, o.Prompt = "ai", fmt.Sprint("model", i%6), fmt.Sprintf("a photo of subject%d, take %d, soft light, highly detailed", i%20, i/8)
	} else {
		c.Metadata = map[string]any{"Make": "Maker", "Model": fmt.Sprint("Camera ", i%9), "DateTimeOriginal": "2024:05:06 07:08:09", "ExposureTime": "1/250", "FNumber": 2.8,
			"ISOSpeedRatings": 200, "FocalLength": 35, "Software": "Firmware 1.2.3", "ImageDescription": "a picture that was taken on a walk, with a description of some length"}
	}
	return catalog.Sighting{Path: fmt.Sprintf("/heap/%s/%s/%06d.%s", o.Label, o.Subject, i, c.Format), Kind: catalog.KindFile, Root: "/heap", Size: size, ModTime: 1, Inode: uint64(i + 1),
		Origin: o, Content: c}
}

// faults scores every image for every fault, as check does; one in fifty is flagged.
func (h *heap) faults(ctx context.Context) error {
	err := h.batches(func(from, to int) error {
		var rs []catalog.Checked
		for _, id := range h.ids[from:to] {
			r := catalog.Checked{Image: id}
			for _, name := range check.Issues() {
				r.Issues = append(r.Issues, catalog.Issue{Name: string(name), Score: h.score(), Threshold: .9})
			}
			for i := range r.Issues {
				r.Issues[i].Flagged = r.Issues[i].Score >= .9
			}
			rs = append(rs, r)
		}
		return h.c.SaveChecks(ctx, 1, rs)
	})
	for _, name := range catalog.AmongOthers() {
		scores := make([]catalog.Score, len(h.ids))
		for i, id := range h.ids {
			scores[i] = catalog.Score{Image: id, Value: h.score()}
		}
		if err == nil {
			err = h.c.ReplaceScores(ctx, name, .99, scores)
		}
	}
	return err
}

// score is mostly small.
func (h *heap) score() float64 { return math.Pow(h.rng.Float64(), 5) }

// copies clusters three or four images of every ten, in one of a hundred clusters a real one with a generated one, and
// gives each image two pairs.
func (h *heap) copies(ctx context.Context) error {
	m := catalog.Marks{Kind: catalog.CopyPair, Threshold: .9}
	for i := 0; i+9 <= h.n; i += 10 {
		m.Clusters = append(m.Clusters, h.cluster(catalog.CopyPair, h.ids[i], h.ids[i+2], h.ids[i+6-i/10%100/99], h.ids[i+i/10%2*8]))
	}
	m.Pairs = h.pairs(2)
	_, err := h.c.ReplaceMarks(ctx, "curate dedup", m)
	return err
}

// alike groups three images of every hundred as look-alikes.
func (h *heap) alike(ctx context.Context) error {
	m := catalog.Marks{Kind: catalog.SimilarPair, Threshold: .8}
	for i := 0; i+9 <= h.n; i += 100 {
		m.Clusters = append(m.Clusters, h.cluster(catalog.SimilarPair, h.ids[i+1], h.ids[i+3], h.ids[i+7]))
	}
	m.Pairs = h.pairs(1)
	_, err := h.c.ReplaceMarks(ctx, "curate dedup --kind similar", m)
	return err
}

func (h *heap) cluster(kind catalog.PairKind, ids ...catalog.ImageID) catalog.Cluster {
	c := catalog.Cluster{Kind: kind, Rule: "larger", Keep: 1}
	seen := map[catalog.ImageID]bool{}
	for i, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		similarity := 1.0
		if i > 0 {
			similarity = .9 + .1*h.rng.Float64()
		}
		c.Members = append(c.Members, catalog.Member{Image: id, Similarity: similarity, Reason: "smaller"})
	}
	return c
}

// pairs joins each image with the next few.
func (h *heap) pairs(each int) func(func(catalog.Pair) bool) {
	return func(yield func(catalog.Pair) bool) {
		for i := range h.ids {
			for k := 1; k <= each && i+k < h.n; k++ {
				s := .3 + .7*h.rng.Float64()
				if !yield(catalog.Pair{A: h.ids[i], B: h.ids[i+k], Score: s, Cosine: s, HashDistance: h.rng.IntN(30), Orientation: 1, By: catalog.ByViT}) {
					return
				}
			}
		}
	}
}

func (h *heap) splits(ctx context.Context) error {
	run, err := h.c.StartRun(ctx, "split", "", "", nil)
	if err != nil {
		return err
	}
	as := make([]catalog.Assignment, len(h.ids))
	for i, id := range h.ids {
		as[i] = catalog.Assignment{Image: id, Split: []catalog.Split{catalog.Train, catalog.Train, catalog.Val, catalog.Test}[i/10%4]}
	}
	return h.c.AssignSplits(ctx, "curate split", run.ID, as)
}
