package catalog

import (
	"context"
	"database/sql"
)

// ReviewItem is a cluster as a queue of decisions sees it.
type ReviewItem struct {
	Cluster ClusterID
	Images  int
	Lowest  float64 // similarity to the keeper of the member that is furthest from it
	Review  bool    // a member waits for a person: labels that disagree
	Open    int     // members on which a person has yet to decide
	Decided bool    // there are none, and nobody waits
}

// ReviewItems lists the clusters of a kind by number. A member is decided when it was
// kept or removed by a verdict, or when a verdict says of it and another member that
// they are the same or distinct. Of copies all but the keeper are to be decided. Of
// look-alikes several may stay, and that says nothing against them: only those that
// would leave as look-alikes are to be decided.
func (c *Catalog) ReviewItems(ctx context.Context, kind PairKind) ([]ReviewItem, error) {
	open := "m.rank > 0"
	if kind == SimilarPair {
		open = "m.image IN (SELECT id FROM image WHERE status = 'removed' AND cause = 'similar')"
	}
	// Sets first, so that no row of an image is read: most clusters say the same of all their members.
	items, err := collect(ctx, c.read, scanReviewItem, `WITH said (a, b) AS MATERIALIZED (
			SELECT a.id, b.id FROM verdict v JOIN image a ON a.sha256 = v.a JOIN image b ON b.sha256 = v.b WHERE v.topic = 'pair'),
		together (a, b) AS MATERIALIZED (
			SELECT s.a, s.b FROM said s CROSS JOIN member x ON x.kind = ?1 AND x.image = s.a CROSS JOIN member y ON y.kind = ?1 AND y.image = s.b AND y.cluster = x.cluster),
		decided (image) AS MATERIALIZED (
			SELECT i.id FROM verdict v JOIN image i ON i.sha256 = v.a WHERE v.topic = 'fate' UNION ALL SELECT a FROM together UNION ALL SELECT b FROM together)
		SELECT m.cluster, count(*), min(m.similarity), max(m.image IN (SELECT id FROM image WHERE status = 'review')),
			sum(`+open+` AND m.image NOT IN (SELECT image FROM decided))
		FROM member m WHERE m.kind = ?1 GROUP BY m.cluster ORDER BY m.cluster`, kind)
	return items, c.fault(err)
}

func scanReviewItem(r *sql.Rows) (it ReviewItem, err error) {
	err = r.Scan(&it.Cluster, &it.Images, &it.Lowest, &it.Review, &it.Open)
	it.Decided = it.Open == 0 && !it.Review
	return it, err
}
