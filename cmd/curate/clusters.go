package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newClustersCmd(a *app) *cobra.Command {
	kind, limit := "copy", 0
	cmd := &cobra.Command{
		Use:   "clusters [PATH|ID]",
		Short: "List groups of copies, with the keeper and the rule that chose it",
		Long: `Clusters lists the groups that the last dedup made, one image a line, in order of
preference; with a PATH, the group of that image.`,
		Example: "  curate clusters --limit 5\n  curate clusters photos/a.jpg",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := pairKind(kind)
			if err != nil {
				return err
			}
			if limit < 0 {
				return usageError(fmt.Errorf("--limit %d: a number from 0 on", limit))
			}
			return a.runClusters(cmd.Context(), catalog.ClusterFilter{Kind: k, Limit: limit}, args)
		},
	}
	cmd.Flags().StringVar(&kind, "kind", kind, "copy or similar")
	cmd.Flags().IntVar(&limit, "limit", 0, "`N` groups at most, 0 for all")
	return cmd
}

func (a *app) runClusters(ctx context.Context, f catalog.ClusterFilter, args []string) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "clusters", reads, func(env *stage.Env) error {
		if len(args) == 1 {
			if f.Image, err = env.Catalog.Resolve(ctx, view, args[0]); err != nil {
				return err
			}
		}
		if _, ran, err := env.Catalog.MarksInForce(ctx, f.Kind); err != nil || !ran {
			a.notice("no dedup of this kind has run yet (curate dedup)")
			return err
		}
		return stage.Clusters(ctx, env, f, view, a.showCluster)
	})
}

// showCluster prints one group; with --json a line a member.
func (a *app) showCluster(members []stage.ClusterMember) error {
	if !a.json {
		fmt.Fprintf(a.stdout, "cluster %d: %s, keeper by rule: %s\n", members[0].Cluster, groupSize(members), members[0].Rule)
	}
	for _, m := range members {
		if err := a.emit(m, func(w io.Writer) { writeMember(w, m) }); err != nil {
			return err
		}
	}
	return nil
}

// groupSize says what a group is of, and how many stay where that is not one.
func groupSize(members []stage.ClusterMember) string {
	text := count(len(members), "image", "images")
	if members[0].Kind == catalog.SimilarPair {
		text = count(len(members), "similar image", "similar images")
	}
	if members[0].Keep > 1 {
		text += fmt.Sprintf(", %d stay", min(members[0].Keep, len(members)))
	}
	return text
}

func writeMember(w io.Writer, m stage.ClusterMember) {
	mark := " "
	if m.IsKeeper {
		mark = "*"
	}
	fmt.Fprintf(w, "  %s %-7s  %.3f  %9s  %8d bytes  %s", mark, m.Status, m.Similarity, size(m.Width, m.Height), m.Bytes, printable(m.Path))
	if m.Why != "" {
		fmt.Fprintf(w, "  (%s)", m.Why)
	}
	fmt.Fprintln(w)
}
