package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/stage"
)

type searchOptions struct {
	like    string
	limit   int
	model   string
	quality string
}

func newSearchCmd(a *app) *cobra.Command {
	var o searchOptions
	cmd := &cobra.Command{
		Use:   "search QUERY | --like FILE",
		Short: "Find images by words or by likeness",
		Long: `Search finds words in prompts, paths, sources, URLs, what files say of themselves
and every column that a manifest had, the best hits first. A query is words;
"several in a row"; field:word (path, label, subject, source, generator, prompt,
status, split, format, issue, url, licence, seed, exif.model, ... and the columns of
manifests); +must -not; width:>1000; wild*; fuzzy~1. A score is the share of the best
hit's (BM25). The index in the cache folder is brought up to date first.

With --like, it finds the images that look most like a picture, which need not be in
the catalogue. They must have been embedded ("curate embed" or "curate dedup"). A
score is the cosine of two descriptors.`,
		Example: `  curate search 'red car'
  curate search '+generator:sdxl -status:removed "at sunset"' --limit 0 --json
  curate search --like holiday.jpg`,
		Args: usageArgs(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return usageError(err)
			}
			return a.runSearch(cmd.Context(), strings.Join(args, " "), o)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usageError(fmt.Errorf("%w; a query that begins with a minus comes after --: curate search -- -car", err))
	})
	f := cmd.Flags()
	f.StringVar(&o.like, "like", "", "picture `FILE` to compare with")
	f.IntVar(&o.limit, "limit", 50, "`N` images at most, 0 for all")
	f.StringVar(&o.quality, "quality", "", "with --like: descriptors of that quality of dedup (default: balanced, else what there is)")
	f.StringVar(&o.model, "model", "", "with --like: encoder, as for dedup")
	return cmd
}

func (o searchOptions) check(args []string) error {
	switch {
	case o.limit < 0:
		return fmt.Errorf("--limit %d: a number from 0 on", o.limit)
	case o.like != "" && len(args) > 0:
		return errors.New("either words or --like FILE: what both find is not known")
	case o.like == "" && strings.TrimSpace(strings.Join(args, "")) == "":
		return errors.New("say what to look for: words, or --like FILE")
	case o.like == "" && (o.model != "" || o.quality != ""):
		return errors.New("--model and --quality are for --like FILE")
	case o.quality != "":
		return stage.Quality(o.quality).Check()
	}
	return nil
}

func (a *app) runSearch(ctx context.Context, query string, o searchOptions) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	how := reads
	if o.like != "" {
		how = records // the first time, the space of the encoder
	}
	return a.withCatalog(ctx, "search", how, func(env *stage.Env) (err error) {
		s := stage.NewSearcher(env)
		defer func() { err = errors.Join(err, s.Close()) }()
		if o.like != "" {
			return a.searchLike(ctx, s, o, view)
		}
		return a.searchWords(ctx, s, query, o.limit, view)
	})
}

func (a *app) searchWords(ctx context.Context, s *stage.Searcher, query string, limit int, view catalog.View) error {
	if err := s.Update(ctx); err != nil {
		return err
	}
	found, err := s.Words(ctx, search.Request{Query: query, Limit: limit}, view)
	var bad *search.QueryError
	if errors.As(err, &bad) {
		return usageError(err)
	}
	if err != nil {
		return err
	}
	if len(found.Hits) < found.Total {
		a.notice("the first %d of %s; --limit 0 shows all", len(found.Hits), count(found.Total, "image", "images"))
	}
	return a.hits(found.Hits)
}

func (a *app) searchLike(ctx context.Context, s *stage.Searcher, o searchOptions, view catalog.View) error {
	hits, err := s.LikeFile(ctx, o.like, stage.LikeOptions{Quality: stage.Quality(o.quality), Model: o.model, Limit: o.limit}, view)
	if err != nil {
		return err
	}
	return a.hits(hits)
}

func (a *app) hits(hits []stage.SearchHit) error {
	if len(hits) == 0 {
		a.notice("no image answers to this")
	}
	for _, h := range hits {
		if err := a.emit(h, func(w io.Writer) { writeHit(w, h) }); err != nil {
			return err
		}
	}
	return nil
}

// writeHit prints a hit, and below it what was found, unless that is only in the path.
func writeHit(w io.Writer, h stage.SearchHit) {
	path := "-"
	if h.Path != nil {
		path = printable(*h.Path)
	}
	fmt.Fprintf(w, "%.3f  %-7s  %s\n", h.Score, h.Status, path)
	for _, e := range h.Excerpts {
		if e.Field == "path" {
			continue
		}
		var text strings.Builder
		for _, p := range e.Pieces {
			text.WriteString(p.Text)
		}
		fmt.Fprintf(w, "       %s: %s\n", printable(e.Field), printable(text.String()))
		break
	}
}
