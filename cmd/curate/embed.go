package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newEmbedCmd(a *app) *cobra.Command {
	var o stage.EmbedOptions
	cmd := &cobra.Command{
		Use:   "embed",
		Short: "Compute the descriptors that dedup compares and a probe learns from",
		Long: `Embed runs every picture that has no descriptor yet through a Vision Transformer.
One pass gives both what "curate dedup" compares (the CLS tokens of two inner
layers) and what "curate train --mode probe" learns from (the input of the model's
own classifier). Both commands do this themselves where it is missing. A killed run
is continued by the next.`,
		Example: `  curate embed
  curate embed --model facebook/dinov2-small --device cuda
  curate embed --resolution 112`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runEmbed(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.Model, "model", "", "encoder: builtin, an imported `NAME`, a Hub id, a folder, an .onnx file or what model shrink wrote (default: the standard encoder)")
	return cmd
}

func (a *app) runEmbed(ctx context.Context, o stage.EmbedOptions) error {
	return a.withCatalog(ctx, "embed", works, func(env *stage.Env) error {
		r, err := stage.Embed(ctx, env, o)
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		for i, u := range r.Unreadable {
			r.Unreadable[i].Path = view.Show(u.Path)
			a.notice("cannot be read any more (run curate ingest again): %s: %s", printable(r.Unreadable[i].Path), u.Reason)
		}
		a.unusable += len(r.Unreadable)
		return a.emit(r, func(w io.Writer) { writeEmbed(w, r) })
	})
}

func writeEmbed(w io.Writer, r stage.EmbedResult) {
	fmt.Fprintf(w, "%s, %d embedded now with %s at %d px\n", count(r.Images, "image", "images"), r.Embedded, r.Model, r.Resolution)
	if r.ImagesPerSecond != nil {
		fmt.Fprintf(w, "%.1f images/s on %s\n", *r.ImagesPerSecond, *r.Device)
	}
}
