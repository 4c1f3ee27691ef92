package stage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/embed"
	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/thumb"
)

// EmbedOptions say which embeddings are wanted. What they leave open is the
// model's own default.
type EmbedOptions struct {
	Model      string // as --model has it, "" for the standard encoder
	Layers     []int  // blocks whose CLS tokens dedup compares, nil for embed.DefaultLayers
	Resolution int    // pixels, 0 for the Env's
	NoHead     bool   // only what dedup compares, which is less work
}

// EmbedResult is the state after Embed.
type EmbedResult struct {
	Images          int             `json:"images"`            // usable ones in the catalogue
	Embedded        int             `json:"embedded"`          // of them now
	Model           string          `json:"model"`             // its name
	Dim             int             `json:"dim"`               // length of what dedup compares
	HeadDim         int             `json:"head_dim"`          // length of what a classifier reads, 0 if it was not asked for
	Layers          string          `json:"layers"`            // whose CLS tokens dedup compares
	Resolution      int             `json:"resolution"`        // pixels
	Device          *string         `json:"device"`            // null: nothing was to be done
	ImagesPerSecond *float64        `json:"images_per_second"` // of those embedded now, null if there were none
	Unreadable      []UnusableInput `json:"unreadable"`        // files that are no longer as they were
	Seconds         float64         `json:"seconds"`
}

// Embeddings are the spaces in which every usable image has its embedding now,
// except those listed as unreadable.
type Embeddings struct {
	Model  modelstore.Model
	Copies catalog.Space // what dedup compares: L2-normalised CLS tokens, one after the other
	Head   catalog.Space // what a classifier reads; without ID where it was not asked for
	Result EmbedResult
}

// Embed computes the embeddings that are missing: those that Quality.Embedding gives
// are what dedup compares. Encoders of package builtin have those for copies only.
func Embed(ctx context.Context, e *Env, o EmbedOptions) (EmbedResult, error) {
	o.NoHead = o.NoHead || isBuiltin(o.Model)
	r, err := EnsureEmbeddings(ctx, e, o)
	return r.Result, err
}

// EnsureEmbeddings computes the embeddings that are missing and says where they
// are. They are saved as it goes, so a killed run is continued by the next; where
// nothing is missing the model is not even opened.
func EnsureEmbeddings(ctx context.Context, e *Env, o EmbedOptions) (_ Embeddings, err error) {
	began := time.Now()
	p, err := planEmbeddings(ctx, e, o)
	if err != nil {
		return Embeddings{}, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	for _, s := range p.spaces() {
		if err = p.complete(ctx, s); err != nil {
			break
		}
	}
	p.out.Result.Seconds = time.Since(began).Seconds()
	return p.out, err
}

// embedding is one run of EnsureEmbeddings.
type embedding struct {
	env     *Env
	options embed.Options
	encoder *embed.Encoder // nil until something is missing
	files   originals
	small   *thumbs // nil for encoders that see more than those show
	view    bool    // of those, what shows more than a tiny picture
	task    *progress.Task
	out     Embeddings
	spent   time.Duration // encoding

	copies, heads []catalog.Vector // not saved yet
	failed        map[catalog.ImageID]bool
}

func planEmbeddings(ctx context.Context, e *Env, o EmbedOptions) (*embedding, error) {
	m, err := e.Model(ctx, o.Model)
	if err != nil {
		return nil, err
	}
	device, err := e.device()
	if err != nil {
		return nil, err
	}
	if o.Resolution == 0 {
		o.Resolution = e.Resolution
	}
	p := &embedding{env: e, failed: map[catalog.ImageID]bool{}}
	p.options = embed.Options{
		Folder: m.Folder, File: m.File, Hash: m.Hash, Device: device, Threads: e.Threads, Resolution: o.Resolution,
		Layers: o.Layers, NoHead: o.NoHead, Notice: func(text string) { e.Notice("%s", text) },
	}
	if m.Kind == builtin.Kind {
		p.options.Device = e.settled(device)
		if p.options.Encoder, err = openBuiltin(m); err != nil {
			return nil, err
		}
	}
	p.out.Model = m
	info, err := embed.Describe(p.options)
	if err == nil {
		err = p.prepare(ctx, info)
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// prepare makes the spaces and fills in what is known before any work.
func (p *embedding) prepare(ctx context.Context, info embed.Info) (err error) {
	c := p.env.Catalog
	if p.out.Copies, err = c.EnsureSpace(ctx, p.key(info.CopyKey, catalog.ForCopies, info.CopyDim)); err != nil {
		return err
	}
	if info.HeadDim > 0 {
		if p.out.Head, err = c.EnsureSpace(ctx, p.key(info.HeadKey, catalog.ForHead, info.HeadDim)); err != nil {
			return err
		}
	}
	r := &p.out.Result
	r.Model, r.Dim, r.HeadDim, r.Unreadable = p.out.Model.Name, info.CopyDim, info.HeadDim, []UnusableInput{}
	r.Layers, r.Resolution = info.CopyKey.Layers, info.CopyKey.Resolution
	usable := []catalog.Status{catalog.Kept, catalog.Removed, catalog.Review}
	r.Images, err = c.CountImages(ctx, catalog.Filter{Status: usable})
	return err
}

func (p *embedding) key(k embed.Key, purpose string, dim int) catalog.SpaceKey {
	return catalog.SpaceKey{
		ModelHash: k.Model, Model: p.out.Model.Name, Layers: k.Layers, Resolution: k.Resolution,
		Precision: k.Precision, Preprocessing: k.Preprocessing, Purpose: purpose, Dim: dim,
	}
}

// spaces lists the spaces to complete. A pass over the images that lack one saves
// the other too, so the second pass finds only what an earlier run left.
func (p *embedding) spaces() []catalog.SpaceID {
	if p.out.Head.ID == 0 {
		return []catalog.SpaceID{p.out.Copies.ID}
	}
	return []catalog.SpaceID{p.out.Copies.ID, p.out.Head.ID}
}

// complete embeds the images that have no embedding in a space.
func (p *embedding) complete(ctx context.Context, space catalog.SpaceID) error {
	need := catalog.Need{Space: space}
	n, err := p.lacking(ctx, need)
	if err != nil || n == 0 {
		return err
	}
	if err := p.open(); err != nil {
		return err
	}
	p.task = p.env.Progress.Start("embed", int64(n), "images")
	defer p.task.Done()
	var queueErr error
	stats, err := p.encoder.Encode(ctx, p.items(ctx, p.env.Catalog.Queue(ctx, need), &queueErr), p.receive(ctx))
	// What is computed is worth keeping, also when the user has had enough.
	err = errors.Join(err, p.save(context.WithoutCancel(ctx)), queueErr)
	p.spent += stats.Elapsed
	if n := p.out.Result.Embedded; n > 0 {
		rate := float64(n) / p.spent.Seconds()
		p.out.Result.ImagesPerSecond = &rate
	}
	return err
}

// lacking counts the images that need something, without those that were tried.
func (p *embedding) lacking(ctx context.Context, need catalog.Need) (n int, err error) {
	if len(p.failed) == 0 {
		return p.env.Catalog.QueueLen(ctx, need)
	}
	for w, err := range p.env.Catalog.Queue(ctx, need) {
		if err != nil {
			return 0, err
		}
		if !p.failed[w.Image] {
			n++
		}
	}
	return n, nil
}

// open opens the encoder, once.
func (p *embedding) open() (err error) {
	if p.encoder != nil {
		return nil
	}
	if p.options.Runtime, err = p.env.Runtime(); err != nil {
		return err
	}
	if p.encoder, err = embed.Open(p.options); err != nil {
		return err
	}
	if p.options.Encoder != nil && p.options.Device.Provider == ort.CPU && slowHere() != "" {
		p.env.Notice("%s", slowHere())
	}
	p.files = newOriginals()
	if side := p.out.Result.Resolution; p.options.Encoder != nil && side <= viewSide {
		p.small, p.view = openThumbs(p.env), side > thumb.TinySide
	}
	device := p.encoder.Device().String()
	p.out.Result.Device = &device
	return nil
}

// viewSide is up to how many pixels an encoder in the binary is shown what thumb.View
// makes of a picture: that has up to thumb.Side along its longer side, about two thirds
// of them along the shorter.
const viewSide = thumb.Side * 2 / 3

func (p *embedding) close() (err error) {
	if p.options.Encoder != nil {
		err = p.options.Encoder.Close()
	}
	if p.encoder == nil {
		return err
	}
	if p.small != nil {
		err = errors.Join(err, p.small.Close())
	}
	return errors.Join(err, p.files.Close(), p.encoder.Close())
}

// items turns a queue into items for the encoder. It ends at an error of the
// queue, which it stores.
func (p *embedding) items(ctx context.Context, queue iter.Seq2[catalog.Work, error], failed *error) iter.Seq[embed.Item] {
	return func(yield func(embed.Item) bool) {
		for w, err := range queue {
			if err != nil {
				*failed = err
				return
			}
			it := embed.Item{ID: w, Open: func() ([]byte, error) { return p.files.read(w) }}
			if p.small != nil { // the encoder in the binary sees no more than the small picture shows
				it.Picture = func() (*raster.Picture, error) {
					if p.view {
						return p.small.view(ctx, w)
					}
					return p.small.small(ctx, w)
				}
			}
			if !p.failed[w.Image] && !yield(it) {
				return
			}
		}
	}
}

// vectorsPerSave is how many images one transaction takes: a few seconds of work.
const vectorsPerSave = 64

// receive collects results and saves them, so many at a time.
func (p *embedding) receive(ctx context.Context) func(embed.Result) error {
	return func(r embed.Result) error {
		p.task.Add(1)
		w := r.ID.(catalog.Work)
		if r.Err != nil {
			p.failed[w.Image] = true
			p.out.Result.Unreadable = append(p.out.Result.Unreadable, UnusableInput{w.Path, r.Err.Error()})
			return nil
		}
		p.copies = append(p.copies, catalog.Vector{Image: w.Image, Values: r.Copy})
		p.heads = append(p.heads, catalog.Vector{Image: w.Image, Values: r.Head})
		if len(p.copies) < vectorsPerSave {
			return nil
		}
		return p.save(ctx)
	}
}

// save stores what was collected. Those of the head come first: an image that has
// the other embedding then has both, unless it was made without.
func (p *embedding) save(ctx context.Context) error {
	if len(p.copies) == 0 {
		return nil
	}
	if p.out.Head.ID != 0 {
		if err := p.env.Catalog.SaveVectors(ctx, p.out.Head.ID, p.heads); err != nil {
			return fmt.Errorf("save embeddings: %w", err)
		}
	}
	if err := p.env.Catalog.SaveVectors(ctx, p.out.Copies.ID, p.copies); err != nil {
		return fmt.Errorf("save embeddings: %w", err)
	}
	p.out.Result.Embedded += len(p.copies)
	p.copies, p.heads = nil, nil
	return nil
}
