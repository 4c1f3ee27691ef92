package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

type pairsOptions struct {
	threshold float64
	limit     int
	csv       bool
	kind      string
}

func newPairsCmd(a *app) *cobra.Command {
	var o pairsOptions
	cmd := &cobra.Command{
		Use:   "pairs",
		Short: "List pairs of copies, best first, with the evidence",
		Long: `Pairs lists files that are the same to the byte (as copies, not as look-alikes), then the pairs of images that the last
dedup found at or above the threshold; those below its own threshold are kept too,
down to its floor, the nearest 64 of each image. Look-alikes (--kind similar) are
listed on their own.`,
		Example: "  curate pairs --limit 20\n  curate pairs --threshold 0.5 --csv > pairs.csv",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opt, err := o.stage(cmd.Flags().Changed("threshold"))
			if err != nil {
				return err
			}
			return a.runPairs(cmd.Context(), opt, o.csv)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&o.threshold, "threshold", 0, "`T`: least score, 0 to 1; without it that of the last dedup")
	f.IntVar(&o.limit, "limit", 0, "`N` pairs at most, 0 for all")
	f.BoolVar(&o.csv, "csv", false, "comma-separated values with a header")
	f.StringVar(&o.kind, "kind", "copy", "copy or similar")
	return cmd
}

func (o pairsOptions) stage(given bool) (stage.PairOptions, error) {
	kind, err := pairKind(o.kind)
	if err != nil {
		return stage.PairOptions{}, err
	}
	opt := stage.PairOptions{Kind: kind, Limit: o.limit}
	if given {
		opt.Threshold = &o.threshold
	}
	if !(o.threshold >= 0 && o.threshold <= 1) {
		return opt, usageError(fmt.Errorf("--threshold %g: a score is from 0 to 1", o.threshold))
	}
	if o.limit < 0 {
		return opt, usageError(fmt.Errorf("--limit %d: a number from 0 on", o.limit))
	}
	return opt, nil
}

func pairKind(s string) (catalog.PairKind, error) {
	switch k := catalog.PairKind(s); k {
	case catalog.CopyPair, catalog.SimilarPair:
		return k, nil
	}
	return "", usageError(fmt.Errorf("--kind %q: copy or similar", s))
}

func (a *app) runPairs(ctx context.Context, o stage.PairOptions, asCSV bool) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	table := csv.NewWriter(a.stdout)
	each := func(r stage.PairRow) error { return a.emit(r, func(w io.Writer) { writePair(w, r) }) }
	if asCSV {
		each = func(r stage.PairRow) error { return table.Write(pairCSV(r)) }
		if err := table.Write(strings.Split("a,b,score,cosine,hash_distance,orientation,kind", ",")); err != nil {
			return err
		}
	}
	return a.withCatalog(ctx, "pairs", reads, func(env *stage.Env) error {
		ran, err := stage.Pairs(ctx, env, o, view, each)
		if err != nil {
			return err
		}
		if !ran {
			known := ""
			if o.Kind == catalog.CopyPair {
				known = "only exact copies are known: "
			}
			a.notice("%sno dedup of this kind has run yet (curate dedup --kind %s)", known, o.Kind)
		}
		table.Flush()
		return table.Error()
	})
}

func writePair(w io.Writer, r stage.PairRow) {
	evidence := strings.Join(r.Kind, "+")
	if r.Of == catalog.SimilarPair {
		evidence = "similar: " + evidence
	}
	if r.Cosine != nil {
		evidence += fmt.Sprintf(", cosine %.3f", *r.Cosine)
	}
	if r.HashDistance != nil {
		evidence += fmt.Sprintf(", hash distance %d", *r.HashDistance)
	}
	fmt.Fprintf(w, "%.4f  %s  %s  (%s)\n", r.Score, printable(r.A), printable(r.B), evidence)
}

// pairCSV is a pair as a line of the table; what was not measured is empty.
func pairCSV(r stage.PairRow) []string {
	number := func(p *int) string {
		if p == nil {
			return ""
		}
		return strconv.Itoa(*p)
	}
	cosine := ""
	if r.Cosine != nil {
		cosine = decimal(*r.Cosine)
	}
	return []string{r.A, r.B, decimal(r.Score), cosine, number(r.HashDistance), number(r.Orientation), strings.Join(r.Kind, "+")}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
