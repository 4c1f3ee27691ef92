package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/web/webtest"
)

// How much is drawn.
const (
	clusters      = 200
	falseClusters = 20
	width, height = 360, 270
)

// heap is what was drawn, and the truth about it.
type heap struct {
	site   *webtest.Site
	groups []webtest.Group
	false  map[string]bool // names of keepers of clusters that show two pictures
}

func (h *heap) draw(ctx context.Context, seed uint64) error {
	rng := edit.NewRand(seed, 99)
	for k := range clusters {
		p, q := h.pair(rng, seed+uint64(1000*k), k < falseClusters)
		keeper, other := fmt.Sprintf("%03d.jpg", k), fmt.Sprintf("%03d-b.jpg", k)
		h.false[keeper] = k < falseClusters
		g := webtest.Group{Images: make([]catalog.ImageID, 2), Similarity: score(rng)}
		// Which was ingested first tells nothing.
		order := rng.Perm(2)
		for _, i := range order {
			var err error
			if g.Images[i], err = h.site.Add(ctx, webtest.Picture{Name: []string{keeper, other}[i], Drawn: []*raster.Picture{p, q}[i]}); err != nil {
				return err
			}
		}
		g.HashDistance, g.Orientation = dedup.Distance(dedup.HashOf(p), dedup.HashOf(q))
		h.groups = append(h.groups, g)
	}
	rng.Shuffle(len(h.groups), func(i, j int) { h.groups[i], h.groups[j] = h.groups[j], h.groups[i] })
	return nil
}

// score is a similarity as dedup finds them: most are close to 1.
func score(rng *rand.Rand) float64 { return 1 - .1*rng.Float64()*rng.Float64() }

// pair is a copy, edited once to three times, or another picture of the same place or subject.
func (h *heap) pair(rng *rand.Rand, seed uint64, false bool) (p, q *raster.Picture) {
	subjects := scene.Subjects()
	subject := subjects[rng.IntN(len(subjects))]
	p = scene.RenderOf(seed, width, height, scene.Options{Subject: subject})
	switch {
	case !false:
		return p, edit.Draw(rng, edit.All()).Apply(rng, p)
	case rng.IntN(2) == 0: // the same place
		another := subjects[rng.IntN(len(subjects))]
		for another == subject {
			another = subjects[rng.IntN(len(subjects))]
		}
		return p, scene.RenderOf(seed, width, height, scene.Options{Subject: another})
	}
	return p, nearest(p, seed, subject)
}

// nearest is, of forty pictures of a subject, the one whose layout is nearest to p's.
func nearest(p *raster.Picture, seed uint64, subject string) (best *raster.Picture) {
	at, least := dedup.HashOf(p), 65
	for i := range uint64(40) {
		q := scene.RenderOf(seed+1+i, 120, 90, scene.Options{Subject: subject})
		if apart, _ := dedup.Distance(at, dedup.HashOf(q)); apart < least {
			least = apart
			best = scene.RenderOf(seed+1+i, width, height, scene.Options{Subject: subject})
		}
	}
	return best
}
