package stage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"iter"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// seededOrder draws a place in a queue.
func seededOrder(seed uint64, key []byte) uint64 {
	sum := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), key...))
	return binary.LittleEndian.Uint64(sum[:])
}

// editedSet is a sample of pictures, each with edited versions, embedded and hashed.
type editedSet struct {
	space   catalog.Space
	samples *calibrate.Samples // the original first, then its edits
	hashes  []dedup.Hash       // of each row
	prompts []string           // of each picture, as normalPrompt has them
	seed    uint64
	images  int // of the catalogue, that dedup would compare

	verdicts calibrate.Verdicts
}

// version is one picture to embed: an original, or an edit of it.
type version struct {
	picture int
	edit    *edit.Edit // nil for the original
}

// editedSamples embeds a sample of the catalogue's pictures and edits of them.
func editedSamples(ctx context.Context, e *Env, o CalibrateOptions) (_ *editedSet, err error) {
	chosen, images, err := chooseOf(ctx, e, o)
	if err != nil {
		return nil, err
	}
	p, err := planEmbeddings(ctx, e, EmbedOptions{Model: o.Model, Layers: o.Layers, Resolution: o.Resolution, NoHead: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.open(); err != nil {
		return nil, err
	}
	total := len(chosen) * (o.Edits + 1)
	task := e.Progress.Start("edit and embed", int64(total), "pictures")
	defer task.Done()
	m := &editor{opt: o, chosen: chosen, reader: newPictureReader(), hashes: make([]dedup.Hash, total)}
	defer m.reader.Close()
	if m.places, err = placesOf(ctx, e, chosen); err != nil {
		return nil, err
	}
	set := &editedSet{space: p.out.Copies, samples: new(calibrate.Samples), seed: o.Seed, images: images}
	for _, c := range chosen {
		set.prompts = append(set.prompts, normalPrompt(c.Prompt))
	}
	at := -1
	lost := map[int]bool{} // pictures whose original cannot be read
	_, err = p.encoder.Encode(ctx, m.items(ctx), func(r embed.Result) error {
		task.Add(1)
		at++
		v := r.ID.(version)
		switch {
		case r.Err != nil && v.edit == nil:
			lost[v.picture] = true
			e.Notice("left out: %s: %v", chosen[v.picture].Path, r.Err)
		case r.Err == nil && !lost[v.picture]:
			set.samples.Add(v.picture, r.Copy)
			set.hashes = append(set.hashes, m.hashes[at])
		}
		return nil
	})
	return set, err
}

// editor makes the versions of the chosen pictures.
type editor struct {
	opt    CalibrateOptions
	chosen []catalog.Candidate
	places []catalog.Work // where to read each
	reader *pictureReader
	mu     sync.Mutex
	hashes []dedup.Hash // of the versions, in their order
}

// items lists all versions: of each picture the original, edits of one kind each,
// taking turns, and in every third place a chain of several.
func (m *editor) items(ctx context.Context) iter.Seq[embed.Item] {
	all := edit.All()
	return func(yield func(embed.Item) bool) {
		at, turn := 0, 0
		for k := range m.chosen {
			for j := range m.opt.Edits + 1 {
				v := version{picture: k}
				rng := edit.NewRand(m.opt.Seed, seededOrder(uint64(j), m.chosen[k].Hash[:]))
				if j > 0 {
					v.edit = &all[turn%len(all)]
					turn++
				}
				if j > 0 && j%3 == 0 {
					chain := edit.Draw(rng, all)
					v.edit = &chain
				}
				place := at
				at++
				open := func() ([]byte, error) {
					return m.make(ctx, place, k, func(p *raster.Picture) *raster.Picture {
						if v.edit == nil {
							return p
						}
						return v.edit.Apply(rng, p)
					})
				}
				if !yield(embed.Item{ID: v, Open: open}) {
					return
				}
			}
		}
	}
}

// editSide is the longer side, in pixels, at which pictures are edited: more than
// a model sees, and small enough for the edits to cost less than the model.
const editSide = 640

// make reads a picture, changes it, hashes the result and returns it as a file.
func (m *editor) make(ctx context.Context, place, k int, change func(*raster.Picture) *raster.Picture) ([]byte, error) {
	p, done, err := m.reader.decode(ctx, m.places[k], editSide)
	if err != nil {
		return nil, err
	}
	defer done()
	out := change(shrinkTo(p.Picture, editSide))
	hash := dedup.HashOf(out)
	m.mu.Lock()
	m.hashes[place] = hash
	m.mu.Unlock()
	return edit.EncodeJPEG(out, 95)
}

// placesOf says where to read candidates.
func placesOf(ctx context.Context, e *Env, chosen []catalog.Candidate) ([]catalog.Work, error) {
	ids := make([]catalog.ImageID, len(chosen))
	for i, c := range chosen {
		ids[i] = c.Image
	}
	works, err := e.Catalog.Works(ctx, ids...)
	if err != nil {
		return nil, err
	}
	places := make([]catalog.Work, len(chosen))
	for i, c := range chosen {
		places[i] = works[c.Image]
	}
	return places, nil
}

func shrinkTo(p *raster.Picture, side int) *raster.Picture {
	long := max(p.W, p.H)
	if long <= side {
		return p
	}
	return preprocess.Resize(p, max(1, p.W*side/long), max(1, p.H*side/long), preprocess.Bicubic)
}

// fold parts the pictures: those that are learnt from, and those held out.
func (s *editedSet) fold(k int) (train, held *calibrate.Samples) {
	train, held = new(calibrate.Samples), new(calibrate.Samples)
	for i, p := range s.samples.Picture {
		into := train
		if p%folds == k {
			into = held
		}
		into.Add(p, s.samples.Row(i))
	}
	return train, held
}
