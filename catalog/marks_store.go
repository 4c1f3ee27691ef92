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
	return s, err
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
	for _, c := range s.Clusters {
		if err := insertCluster(ctx, tx, s.Kind, c); err != nil {
			return err
		}
	}
	return nil
}

func insertCluster(ctx context.Context, tx *sql.Tx, kind PairKind, c Cluster) error {
	if len(c.Members) < 2 {
		return fmt.Errorf("a cluster of %d images", len(c.Members))
	}
	r, err := tx.ExecContext(ctx, "INSERT INTO cluster (kind, rule, keep) VALUES (?, ?, ?)", kind, c.Rule, max(1, c.Keep))
	if err != nil {
		return err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return err
	}
	for rank, m := range c.Members {
		if _, err := tx.ExecContext(ctx, "INSERT INTO member (kind, image, cluster, rank, similarity, reason) VALUES (?, ?, ?, ?, ?, ?)", kind, m.Image,
			id, rank, m.Similarity, m.Reason); err != nil {
			return fmt.Errorf("image %d as a member of a cluster (it can be in one only): %w", m.Image, err)
		}
	}
	return nil
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
