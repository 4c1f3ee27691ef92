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
	Decided bool    // a person has decided on every member but the keeper, and nobody waits
}

// ReviewItems lists the clusters of a kind by number. A member is decided when it was
// kept or removed by a verdict, or when a verdict says of it and another member that
// they are the same or distinct.
func (c *Catalog) ReviewItems(ctx context.Context, kind PairKind) ([]ReviewItem, error) {
	items, err := collect(ctx, c.read, scanReviewItem, `SELECT m.cluster, count(*), min(m.similarity), max(i.status = 'review'), sum(m.rank > 0
		AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.topic = 'fate' AND v.a = i.sha256)
		AND NOT EXISTS (SELECT 1 FROM verdict v JOIN image o ON o.sha256 = v.b JOIN member n ON n.image = o.id AND n.kind = m.kind
			WHERE v.topic = 'pair' AND v.a = i.sha256 AND n.cluster = m.cluster)
		AND NOT EXISTS (SELECT 1 FROM verdict v JOIN image o ON o.sha256 = v.a JOIN member n ON n.image = o.id AND n.kind = m.kind
			WHERE v.topic = 'pair' AND v.b = i.sha256 AND n.cluster = m.cluster))
		FROM member m JOIN image i ON i.id = m.image WHERE m.kind = ? GROUP BY m.cluster ORDER BY m.cluster`, kind)
	return items, c.fault(err)
}

func scanReviewItem(r *sql.Rows) (it ReviewItem, err error) {
	var open int
	err = r.Scan(&it.Cluster, &it.Images, &it.Lowest, &it.Review, &open)
	it.Decided = open == 0 && !it.Review
	return it, err
}
