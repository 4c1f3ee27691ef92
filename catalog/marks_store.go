package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
)

// loadMarks reads the clusters of a kind, in order.
func loadMarks(ctx context.Context, tx *sql.Tx, kind PairKind) (clusterSet, error) {
	s := clusterSet{Kind: kind, Ran: true}
	err := tx.QueryRowContext(ctx, "SELECT coalesce(run, 0), threshold FROM marks WHERE kind = ?", kind).Scan(&s.Run, &s.Threshold)
	if errors.Is(err, sql.ErrNoRows) {
		return clusterSet{Kind: kind}, nil
	}
	if err != nil {
		return s, err
	}
	err = each(ctx, tx, func(r *sql.Rows) error {
		var c Cluster
		var m Member
		if err := r.Scan(&c.ID, &c.Kind, &c.Rule, &c.Keep, &m.Image, &m.Similarity, &m.Reason); err != nil {
			return err
		}
		if n := len(s.Clusters); n == 0 || s.Clusters[n-1].ID != c.ID {
			s.Clusters = append(s.Clusters, c)
		}
		last := &s.Clusters[len(s.Clusters)-1]
		last.Members = append(last.Members, m)
		return nil
	}, `SELECT c.id, c.kind, c.rule, c.keep, m.image, m.similarity, m.reason FROM cluster c JOIN member m ON m.cluster = c.id WHERE c.kind = ?
		ORDER BY c.id, m.rank`, kind)
	if err != nil {
		return s, err
	}
	return s, s.loadLinks(ctx, tx)
}

// loadLinks reads the links of the clusters that are loaded.
func (s *clusterSet) loadLinks(ctx context.Context, tx *sql.Tx) error {
	s.Links = make([][]link, len(s.Clusters))
	place := make(map[ClusterID]int, len(s.Clusters))
	for i, c := range s.Clusters {
		place[c.ID] = i
	}
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ClusterID
		var l link
		err := r.Scan(&id, &l.A, &l.B, &l.Score)
		s.Links[place[id]] = append(s.Links[place[id]], l)
		return err
	}, "SELECT l.cluster, l.a, l.b, l.score FROM cluster c JOIN link l ON l.cluster = c.id WHERE c.kind = ? ORDER BY l.cluster, l.a, l.b", s.Kind)
}

// linkClusters derives the links of fresh clusters from the pairs.
func linkClusters(ctx context.Context, tx *sql.Tx, kind PairKind) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO link (cluster, a, b, score) SELECT x.cluster, p.a, p.b, p.score
		FROM member x JOIN pair p ON p.kind = x.kind AND p.a = x.image JOIN member y ON y.kind = x.kind AND y.image = p.b AND y.cluster = x.cluster
		JOIN marks k ON k.kind = x.kind WHERE x.kind = ? AND x.rank > 0 AND y.rank > 0 AND p.score >= k.threshold`, kind)
	return err
}

// replaceClusters puts a set in place of the clusters of its kind.
func replaceClusters(ctx context.Context, tx *sql.Tx, s clusterSet) error {
	for _, q := range []string{"DELETE FROM member WHERE kind = ?", "DELETE FROM cluster WHERE kind = ?", "DELETE FROM marks WHERE kind = ?"} {
		if _, err := tx.ExecContext(ctx, q, s.Kind); err != nil {
			return err
		}
	}
	if !s.Ran {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO marks (kind, run, threshold) VALUES (?, ?, ?)", s.Kind, nullID(s.Run), s.Threshold); err != nil {
		return err
	}
	for i, c := range s.Clusters {
		id, err := insertCluster(ctx, tx, s.Kind, c)
		if err != nil {
			return err
		}
		if i >= len(s.Links) {
			continue // fresh clusters are linked afterwards
		}
		for _, l := range s.Links[i] {
			if _, err := tx.ExecContext(ctx, "INSERT INTO link (cluster, a, b, score) VALUES (?, ?, ?, ?)", id, l.A, l.B, l.Score); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertCluster(ctx context.Context, tx *sql.Tx, kind PairKind, c Cluster) (ClusterID, error) {
	if len(c.Members) < 2 {
		return 0, fmt.Errorf("a cluster of %d images", len(c.Members))
	}
	r, err := tx.ExecContext(ctx, "INSERT INTO cluster (kind, rule, keep) VALUES (?, ?, ?)", kind, c.Rule, max(1, c.Keep))
	if err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	for rank, m := range c.Members {
		if _, err := tx.ExecContext(ctx, "INSERT INTO member (kind, image, cluster, rank, similarity, reason) VALUES (?, ?, ?, ?, ?, ?)", kind, m.Image,
			id, rank, m.Similarity, m.Reason); err != nil {
			return 0, fmt.Errorf("image %d as a member of a cluster (it can be in one only): %w", m.Image, err)
		}
	}
	return id, nil
}

func replacePairs(ctx context.Context, tx *sql.Tx, kind PairKind, pairs iter.Seq[Pair]) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM pair WHERE kind = ?", kind); err != nil {
		return err
	}
	if pairs == nil {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO pair (kind, a, b, score, cosine, hash_distance, orientation, evidence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for p := range pairs {
		if p.A >= p.B || !(p.Score >= 0 && p.Score <= 1) {
			return fmt.Errorf("the pair of images %d and %d with score %g: the first must be the smaller, the score within 0 to 1", p.A, p.B, p.Score)
		}
		var cosine any
		if !math.IsNaN(p.Cosine) {
			cosine = p.Cosine
		}
		if _, err := insert.ExecContext(ctx, kind, p.A, p.B, p.Score, cosine, p.HashDistance, p.Orientation, p.By); err != nil {
			return fmt.Errorf("the pair of images %d and %d: %w", p.A, p.B, err)
		}
	}
	return nil
}
