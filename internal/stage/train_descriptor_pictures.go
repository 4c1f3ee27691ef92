package stage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/train/descriptor"
)

const (
	// trainedSide is the shorter side, in pixels, at which pictures are kept in
	// memory and edited: twice what the encoder sees, and small enough for edits to
	// cost less than the encoder does.
	trainedSide = 224
	// mostTrained bounds the memory that they take, about 700 MB; more pictures are
	// of no use in the steps of an hour.
	mostTrained = 4000
)

// pictures reads what there is to learn from: the kept images that no verdict or
// dedup has removed, the first ones by a seeded order where there are too many.
func (t *descriptorRun) pictures(ctx context.Context) error {
	rows, err := t.chosen(ctx)
	if err != nil {
		return err
	}
	ids := make([]catalog.ImageID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	works, err := t.env.Catalog.Works(ctx, ids...)
	if err != nil {
		return err
	}
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	small, failed := make([]*raster.Picture, len(rows)), make([]error, len(rows))
	reader := newPictureReader()
	defer reader.Close()
	task := t.env.Progress.Start("read", int64(len(rows)), "images")
	defer task.Done()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(t.env.workers())
	for i, r := range rows {
		g.Go(func() error {
			small[i], failed[i] = readSmall(gctx, reader, works[r.ID])
			task.Add(1)
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, r := range rows {
		if failed[i] != nil {
			t.result.Unreadable = append(t.result.Unreadable, UnusableInput{Path: view.Show(works[r.ID].Path), Reason: failed[i].Error()})
			continue
		}
		t.job.Pictures = append(t.job.Pictures, descriptor.Picture{ID: r.Hash.String(), Pixels: small[i]})
	}
	t.draw()
	t.leaveOutCopies()
	return nil
}

// draw adds the pictures that the program draws. Their names say all that they are.
func (t *descriptorRun) draw() {
	for i := range t.options.Drawn {
		name := sha256.Sum256(fmt.Appendf(nil, "drawn %d", i))
		high := trainedSide + i%4*16
		p := scene.Render(drawnFrom+uint64(i), high*3/2-i%3*high/4, high)
		t.job.Pictures = append(t.job.Pictures, descriptor.Picture{ID: hex.EncodeToString(name[:]), Pixels: p})
	}
}

// drawnFrom is the seed of the first picture that the program draws: none that a demo
// or a test draws too.
const drawnFrom = 1 << 40

// sameHash is the largest distance of the hashes of what counts as one picture.
const sameHash = 6

// leaveOutCopies keeps one of each heap of copies, by hash, and no flat pictures:
// training would drive copies apart, and there is nothing to know a flat picture by.
func (t *descriptorRun) leaveOutCopies() {
	var kept []descriptor.Picture
	var hashes []dedup.Hash
	for _, p := range t.job.Pictures {
		hash := dedup.HashOf(p.Pixels)
		copied := slices.ContainsFunc(hashes, func(other dedup.Hash) bool {
			apart, _ := dedup.Distance(hash, other)
			return apart <= sameHash
		})
		if hash.Flat() || copied {
			t.result.LeftOut++
			continue
		}
		kept, hashes = append(kept, p), append(hashes, hash)
	}
	if t.result.LeftOut > 0 {
		t.env.Notice("left out: %d images that are flat or copies of others", t.result.LeftOut)
	}
	t.job.Pictures = kept
}

// chosen lists the images.
func (t *descriptorRun) chosen(ctx context.Context) ([]catalog.Row, error) {
	var rows []catalog.Row
	for row, err := range t.env.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}}) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: the catalogue has no kept images", descriptor.ErrFewPictures)
	}
	order := func(r *catalog.Row) uint64 { return seededOrder(t.options.Settings.Seed, r.Hash[:]) }
	slices.SortFunc(rows, func(a, b catalog.Row) int { return cmp.Compare(order(&a), order(&b)) })
	if len(rows) > mostTrained {
		t.env.Notice("training on %d of the %d images, drawn by --seed: more are of no use in so many steps", mostTrained, len(rows))
		rows = rows[:mostTrained]
	}
	return rows, nil
}

// readSmall reads a picture at the size at which it is edited.
func readSmall(ctx context.Context, r *pictureReader, w catalog.Work) (*raster.Picture, error) {
	p, done, err := r.decode(ctx, w, trainedSide)
	if err != nil {
		return nil, err
	}
	defer done()
	short := min(p.Picture.W, p.Picture.H)
	if short <= trainedSide {
		return p.Picture.Clone(), nil
	}
	scale := func(n int) int { return min(max(1, n*trainedSide/short), 4*trainedSide) }
	return preprocess.Resize(p.Picture, scale(p.Picture.W), scale(p.Picture.H), preprocess.Bicubic), nil
}
