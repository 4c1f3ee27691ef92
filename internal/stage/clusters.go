package stage

import (
	"context"

	"github.com/curate/curate/catalog"
)

// ClusterMember is one image of a cluster, as lists print it.
type ClusterMember struct {
	Path       string            `json:"path"`
	Cluster    catalog.ClusterID `json:"cluster"`
	Kind       catalog.PairKind  `json:"kind"`
	Keeper     *string           `json:"keeper"` // path of the image that is kept now; null: none is left
	IsKeeper   bool              `json:"is_keeper"`
	Keep       int               `json:"keep"`       // how many of the group stay
	Rule       string            `json:"rule"`       // that chose the keeper
	Similarity float64           `json:"similarity"` // to the keeper that dedup chose
	Why        string            `json:"why"`        // why it ranks where it does
	Status     catalog.Status    `json:"status"`
	Reason     *string           `json:"reason"`
	ID         catalog.ImageID   `json:"id"`
	Width      *int              `json:"width"`
	Height     *int              `json:"height"`
	Bytes      int64             `json:"bytes"`
	Format     *string           `json:"format"`
	Label      *string           `json:"label"`
}

// Clusters gives every cluster that f chooses to each, as the list of its members in order of preference.
func Clusters(ctx context.Context, e *Env, f catalog.ClusterFilter, v catalog.View, each func([]ClusterMember) error) error {
	for c, err := range e.Catalog.Clusters(ctx, f) {
		if err != nil {
			return err
		}
		if err := each(clusterMembers(c, v)); err != nil {
			return err
		}
	}
	return nil
}

func clusterMembers(c catalog.ClusterRow, v catalog.View) []ClusterMember {
	var keeper *string
	for _, m := range c.Members {
		if m.Image == c.Keeper {
			keeper = orNull(v.Show(m.Path))
		}
	}
	out := make([]ClusterMember, len(c.Members))
	for i, m := range c.Members {
		out[i] = ClusterMember{Path: v.Show(m.Path), Cluster: c.ID, Kind: c.Kind, Keeper: keeper, IsKeeper: m.Image == c.Keeper, Keep: c.Keep, Rule: c.Rule,
			Similarity: m.Similarity, Why: m.Reason, Status: m.Status, Reason: orNull(m.Cause.Text(v.Show)), ID: m.Image,
			Width: orNullNumber(m.Width), Height: orNullNumber(m.Height), Bytes: m.Bytes, Format: orNull(m.Format), Label: orNull(m.Label)}
	}
	return out
}
