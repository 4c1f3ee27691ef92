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
	items, err := collect(ctx, c.read, scanReviewItem, `SELECT m.cluster, count(*), min(m.similarity), max(i.status = 'review'), sum(CASE m.kind WHEN 'similar' THEN i.status = 'removed' AND i.cause = 'similar' ELSE m.rank > 0 END
		AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.topic = 'fate' AND v.a = i.sha256)
		AND NOT EXISTS (SELECT 1 FROM verdict v JOIN image o ON o.sha256 = v.b JOIN member n ON n.image = o.id AND n.kind = m.kind
			WHERE v.topic = 'pair' AND v.a = i.sha256 AND n.cluster = m.cluster)
		AND NOT EXISTS (SELECT 1 FROM verdict v JOIN image o ON o.sha256 = v.a JOIN member n ON n.image = o.id AND n.kind = m.kind
			WHERE v.topic = 'pair' AND v.b = i.sha256 AND n.cluster = m.cluster))
		FROM member m JOIN image i ON i.id = m.image WHERE m.kind = ? GROUP BY m.cluster ORDER BY m.cluster`, kind)
	return items, c.fault(err)
}

func scanReviewItem(r *sql.Rows) (it ReviewItem, err error) {
	err = r.Scan(&it.Cluster, &it.Images, &it.Lowest, &it.Review, &it.Open)
	it.Decided = it.Open == 0 && !it.Review
	return it, err
}
