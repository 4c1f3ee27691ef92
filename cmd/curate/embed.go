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
	var model, quality string
	cmd := &cobra.Command{
		Use:   "embed",
		Short: "Compute the descriptors that dedup compares",
		Long: `Embed runs every picture that has no descriptor yet through the Vision Transformer
that "curate dedup" of the same --quality takes, so that dedup finds them made:
without flags the encoder inside curate, which needs no setup. Dedup does this itself
where it is missing. With --model, one pass of a whole model also gives what
"curate train --mode probe" learns from (the input of the model's own classifier);
train does that itself, too. A killed run is continued by the next.`,
		Example: `  curate embed
  curate embed --quality best
  curate embed --model facebook/dinov2-small --device cuda`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runEmbed(cmd.Context(), model, stage.Quality(quality))
		},
	}
	f := cmd.Flags()
	f.StringVar(&quality, "quality", "balanced", "fast, balanced or best, as for dedup: the trained encoder inside curate at 112, 140 or 168 pixels")
	f.StringVar(&model, "model", "", "encoder: builtin:2 (or builtin), builtin:1, an imported `NAME`, a Hub id, a folder, an .onnx file or what model shrink wrote (default: that of the quality)")
	return cmd
}

func (a *app) runEmbed(ctx context.Context, model string, q stage.Quality) error {
	if err := q.Check(); err != nil {
		return usageError(err)
	}
	return a.withCatalog(ctx, "embed", works, func(env *stage.Env) error {
		o, err := env.Embedding(q, model)
		if err != nil {
			return err
		}
		o.NoHead = model == "" // whoever names a model may want to learn from it
		if env.Resolution > 0 {
			o.Resolution = env.Resolution
		}
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
