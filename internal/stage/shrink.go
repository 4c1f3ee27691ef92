package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/curate/curate/embed"
	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/descriptor"
)

// ShrinkOptions say what is left of a model and where it goes.
type ShrinkOptions struct {
	Model      string // as --model has it, "" for the standard encoder
	Layers     int    // first blocks to keep, 0 for those that descriptors need
	Bits       int    // of a weight: 8 (0) or 4
	Resolution int    // pixels, 0 for the Env's, else 112 or what fits the model's patches
	Squash     bool   // see the whole picture in a square instead of its middle
	Fast       []int  // layers of the descriptor of quality fast, nil for a default
	Balanced   []int  // and of quality balanced
	Sizes      []int  // of a trained descriptor: pixels for fast, balanced and best; nil for Resolution always
	Name       string // to be written into the file, "" for the model's
	Licence    string // of the weights, "" for what the model's card says
	Pictures   string // folder to see ranges on; "" for the catalogue's pictures, or drawn ones without a catalogue
	Out        string // file to write
}

// ShrinkResult says what was written.
type ShrinkResult struct {
	File       string `json:"file"`
	Hash       string `json:"hash"`
	Bytes      int64  `json:"bytes"`
	Model      string `json:"model"` // that it was made of
	Layers     int    `json:"layers"`
	Resolution int    `json:"resolution"`
	Bits       int    `json:"bits"`
	Pictures   int    `json:"pictures"` // that ranges were seen on
	Fast       []int  `json:"fast"`
	Balanced   []int  `json:"balanced"`
	Dim        int    `json:"dim"` // values of a trained descriptor, 0 for one of tokens

	Sizes *builtin.Sizes `json:"sizes"` // that its qualities look at; null for one of tokens
}

// Shrink cuts a model to its first layers, sees on pictures which values its layers
// read, rounds its weights and writes it as an encoder file. The same model,
// options and pictures give the same bytes on one kind of processor.
func Shrink(ctx context.Context, e *Env, o ShrinkOptions) (ShrinkResult, error) {
	m, err := e.WholeModel(ctx, o.Model)
	if err != nil {
		return ShrinkResult{}, err
	}
	if m.Kind == modelstore.ONNX {
		return ShrinkResult{}, fmt.Errorf("%s is a bare .onnx file; only a model folder in Hugging Face layout can be cut", m.Name)
	}
	shape, err := o.shape(e, m)
	if err != nil {
		return ShrinkResult{}, err
	}
	s, err := builtin.Cut(m.Folder, shape)
	if err != nil {
		return ShrinkResult{}, err
	}
	o.sign(&s, m)
	if err := o.observe(ctx, e, &s); err != nil {
		return ShrinkResult{}, err
	}
	f, err := atomicfile.Create(o.Out, 0o644)
	if err != nil {
		return ShrinkResult{}, err
	}
	defer f.Abort()
	if err := errors.Join(builtin.Write(f, s), ctx.Err()); err != nil {
		return ShrinkResult{}, err
	}
	if err := f.Commit(); err != nil {
		return ShrinkResult{}, err
	}
	return o.result(m)
}

func (o ShrinkOptions) result(m modelstore.Model) (ShrinkResult, error) {
	b, err := builtin.Open(o.Out)
	if err != nil {
		return ShrinkResult{}, err
	}
	defer b.Close()
	return ShrinkResult{
		File: o.Out, Hash: b.Hash, Bytes: b.Bytes, Model: m.Name, Layers: b.Config.Layers, Resolution: b.Resolution,
		Bits: b.Bits, Pictures: b.Pictures, Fast: b.Fast, Balanced: b.Balanced, Dim: b.Dim, Sizes: b.Sizes,
	}, nil
}

// sign says in the file what it is and where it comes from. Where a folder lies on this
// machine is nobody's business, and must not change the bytes.
func (o ShrinkOptions) sign(s *builtin.Source, m modelstore.Model) {
	s.Name, s.Source, s.SourceHash, s.Licence = m.Name, m.Source, m.Hash, cmp.Or(o.Licence, m.Licence)
	if filepath.IsAbs(m.Source) {
		s.Source = filepath.Base(m.Source)
	}
	if filepath.IsAbs(m.Name) {
		s.Name = filepath.Base(m.Name)
	}
	if from := trainedFrom(m.Folder); from != "" {
		s.Source = "trained by curate from " + from
	}
	s.Name = cmp.Or(o.Name, s.Name)
}

// trainedFrom returns what the training of a descriptor in a folder began with, "" where
// that is not known.
func trainedFrom(folder string) string {
	var about descriptor.About
	text, err := os.ReadFile(filepath.Join(folder, descriptor.AboutFile))
	if err != nil || json.Unmarshal(text, &about) != nil {
		return ""
	}
	return filepath.Base(about.Base)
}

// shape fills in what the options leave open. The layers of descriptors are those of
// the whole model, as far as they are kept.
func (o ShrinkOptions) shape(e *Env, m modelstore.Model) (builtin.Shape, error) {
	c, err := vit.ReadConfig(m.Folder)
	if err != nil {
		return builtin.Shape{}, err
	}
	s := builtin.Shape{Layers: o.Layers, Resolution: o.Resolution, Bits: o.Bits, Squash: o.Squash, Fast: o.Fast, Balanced: o.Balanced}
	if len(o.Sizes) > 0 {
		s.Sizes = &builtin.Sizes{Fast: o.Sizes[0], Balanced: o.Sizes[1], Best: o.Sizes[2]}
	}
	if s.Layers == 0 && builtin.IsTrained(m.Folder) {
		s.Layers = c.Layers
	}
	if s.Layers == 0 {
		s.Layers = slices.Max(slices.Concat(embed.DefaultLayers(c.Layers), o.Fast, o.Balanced))
	}
	descriptorLayers(&s, embed.DefaultLayers(c.Layers))
	if s.Bits == 0 {
		s.Bits = 8
	}
	if s.Resolution == 0 {
		s.Resolution = e.Resolution
	}
	if s.Resolution == 0 { // 112 pixels and a bit, or all that a model of few patches has
		s.Resolution = min((wholeFast+c.Patch-1)/c.Patch*c.Patch, c.ImageSize/c.Patch*c.Patch)
	}
	return s, nil
}

// descriptorLayers sets the layers of descriptors that nobody named: the usual ones
// of the whole model, as far as they are kept, and the first of them alone.
func descriptorLayers(s *builtin.Shape, usual []int) {
	if s.Balanced == nil {
		for _, l := range usual {
			if l <= s.Layers {
				s.Balanced = append(s.Balanced, l)
			}
		}
	}
	if len(s.Balanced) == 0 {
		s.Balanced = []int{s.Layers}
	}
	if s.Fast == nil {
		s.Fast = s.Balanced[:1]
	}
}

// observe shows the model pictures.
func (o ShrinkOptions) observe(ctx context.Context, e *Env, s *builtin.Source) error {
	pictures, err := e.samplePictures(ctx, o.Pictures, max(s.Resolution, slices.Max(append([]int{0}, o.Sizes...))))
	if err != nil {
		return err
	}
	defer pictures.Close()
	rt, err := e.Runtime()
	if err != nil {
		return err
	}
	task := e.Progress.Start("see ranges", int64(pictures.n), "pictures")
	defer task.Done()
	if err := s.Observe(ctx, rt, e.workers(), pictures.each(task)); err != nil {
		return err
	}
	if s.Pictures < builtin.EnoughPictures {
		e.Notice("ranges were seen on %d pictures only; %d or more show them better", s.Pictures, builtin.EnoughPictures)
	}
	return nil
}
