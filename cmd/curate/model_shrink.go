package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newModelShrinkCmd(a *app) *cobra.Command {
	var o stage.ShrinkOptions
	cmd := &cobra.Command{
		Use:   "shrink [MODEL]",
		Short: "Cut an encoder to its first layers, in 8-bit integers, as one file",
		Long: `Shrink cuts a Vision Transformer to its first layers, fits its positions to one
resolution (--resolution, 112 if not given), looks at pictures to see which values
its layers read, rounds its weights to integers, and writes one file, which --model
takes. MODEL is what --model takes; without it, the standard encoder.

The pictures are those of --pictures, else the catalogue's, else drawn ones. The
same model and pictures give the same file. It tells copies apart; train needs whole
models. The encoders inside curate were made this way.

MODEL may be what "curate train --objective descriptor" has left: then all of its layers
are kept, its trained projection comes along, and qualities differ in the size at which
they look at a picture (--sizes).`,
		Example: `  curate model shrink --pictures ./photos -o small.safetensors
  curate dedup --model small.safetensors`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Model = args[0]
			}
			return a.runModelShrink(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Layers, "layers", 0, "first layers to keep, 0 for those that descriptors need")
	f.IntVar(&o.Bits, "bits", 8, "bits of a weight in the file: 8, or 5 or 4, which are expanded when it is loaded")
	f.BoolVar(&o.Squash, "squash", false, "let it see the whole picture squeezed into a square, instead of its middle")
	f.IntSliceVar(&o.Fast, "fast", nil, "`LAYERS` whose CLS tokens dedup compares with --quality fast (default: one at two thirds)")
	f.IntSliceVar(&o.Balanced, "balanced", nil, "`LAYERS` for --quality balanced (default: one at two thirds and the last but one)")
	f.IntSliceVar(&o.Sizes, "sizes", nil, "pixels that qualities fast, balanced and best look at, as `112,140,168`; for a trained descriptor")
	f.StringVar(&o.Name, "name", "", "`NAME` to write into the file, instead of the model's")
	f.StringVar(&o.Licence, "licence", "", "`LICENCE` of the weights, instead of what the model's card says")
	f.StringVar(&o.Pictures, "pictures", "", "`FOLDER` of pictures to look at (default: the catalogue's)")
	f.StringVarP(&o.Out, "out", "o", "", "`FILE` to write, ending in .safetensors")
	return cmd
}

func (a *app) runModelShrink(ctx context.Context, o stage.ShrinkOptions) error {
	switch {
	case o.Out == "":
		return usageError(errors.New("name the file to write with -o FILE.safetensors"))
	case !stage.IsEncoderFile(o.Out):
		return usageError(fmt.Errorf("-o %s: the name has to end in .safetensors, by which --model knows such files", o.Out))
	case o.Bits != 8 && o.Bits != 5 && o.Bits != 4:
		return usageError(fmt.Errorf("--bits %d: use 8, 5 or 4", o.Bits))
	case len(o.Sizes) != 0 && len(o.Sizes) != 3:
		return usageError(errors.New("--sizes takes three numbers: pixels for fast, balanced and best"))
	}
	shrink := func(env *stage.Env) error {
		r, err := stage.Shrink(ctx, env, o)
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) { writeShrink(w, r) })
	}
	if _, err := os.Stat(a.catalog); err == nil && o.Pictures == "" {
		return a.withCatalog(ctx, "model shrink", reads, shrink)
	}
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	return shrink(env)
}

func writeShrink(w io.Writer, r stage.ShrinkResult) {
	fmt.Fprintf(w, "%s: %.1f MB, %d layers of %s at %d px, %d bits\n", r.File, float64(r.Bytes)/1e6, r.Layers, r.Model, r.Resolution, r.Bits)
	if r.Dim > 0 {
		fmt.Fprintf(w, "ranges seen on %s, a trained descriptor of %d values, %.12s\n", count(r.Pictures, "picture", "pictures"), r.Dim, r.Hash)
		return
	}
	fmt.Fprintf(w, "ranges seen on %s, descriptors of layers %v (fast) and %v (balanced), %.12s\n", count(r.Pictures, "picture", "pictures"), r.Fast, r.Balanced, r.Hash)
}
