package stage

import (
	"cmp"
	"context"
	"slices"

	"github.com/curate/curate/catalog"
)

// ReviewQueue lists the clusters of a kind in the order in which a person should look at
// them: those still to be decided first, of them those whose labels disagree, then
// the least sure. A person's attention is freshest at the start, and the sure ones can be
// accepted together.
func ReviewQueue(ctx context.Context, e *Env, kind catalog.PairKind) ([]catalog.ReviewItem, error) {
	items, err := e.Catalog.ReviewItems(ctx, kind)
	slices.SortStableFunc(items, func(a, b catalog.ReviewItem) int {
		return cmp.Or(cmp.Compare(truth(a.Decided), truth(b.Decided)), cmp.Compare(truth(b.Review), truth(a.Review)), cmp.Compare(a.Lowest, b.Lowest))
	})
	return items, err
}

// Accept is what it decides to keep one image of a cluster of copies: the others are the
// same picture. A verdict to keep it is needed only where the rules would choose another: a
// better copy that comes later may still take its place. Where labels disagree, the others
// are removed by verdict: nothing else would take them out of review. Of look-alikes see
// acceptAlike.
func Accept(c catalog.ClusterRow, keeper catalog.ImageID) []catalog.Decision {
	if c.Kind == catalog.SimilarPair {
		return acceptAlike(c, keeper)
	}
	var ds []catalog.Decision
	mixed := slices.ContainsFunc(c.Members, func(m catalog.MemberRow) bool { return m.Label != c.Members[0].Label })
	if mixed || keeper != c.Keeper {
		ds = append(ds, catalog.Decision{Kind: catalog.Keep, Image: keeper})
	}
	for _, m := range c.Members {
		switch {
		case m.Image == keeper:
		case mixed:
			ds = append(ds, catalog.Decision{Kind: catalog.Remove, Image: m.Image})
		default:
			ds = append(ds, catalog.Decision{Kind: catalog.Same, Image: keeper, Other: m.Image})
		}
	}
	return ds
}

// acceptAlike removes by verdict what the suggestion removes of a cluster of look-alikes.
// Nothing is said to be the same picture: look-alikes are not, and copies would go. Another
// keeper than the suggested one stays in its place; one that stays anyway takes nobody's.
func acceptAlike(c catalog.ClusterRow, keeper catalog.ImageID) []catalog.Decision {
	var ds []catalog.Decision
	another := keeper != c.Keeper
	replaces := another && slices.ContainsFunc(c.Members, func(m catalog.MemberRow) bool { return m.Image == keeper && m.Status != catalog.Kept })
	for _, m := range c.Members {
		switch {
		case another && m.Image == keeper:
			ds = append(ds, catalog.Decision{Kind: catalog.Keep, Image: m.Image})
		case replaces && m.Image == c.Keeper, m.Status == catalog.Removed && m.Cause.Cause == catalog.CauseSimilar:
			ds = append(ds, catalog.Decision{Kind: catalog.Remove, Image: m.Image})
		}
	}
	return ds
}
