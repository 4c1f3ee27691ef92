package catalog

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// Marks is the whole result of a dedup run of one kind.
type Marks struct {
	Kind      PairKind
	Run       RunID
	Threshold float64        // from which two images count as copies
	Pairs     iter.Seq[Pair] // each image's nearest 64 above a stated floor; each pair once; may be nil
	Clusters  []Cluster      // an image is in at most one; two or more members each
}

// MarkCounts is the state after ReplaceMarks.
type MarkCounts struct {
	Pairs, Clusters       int // pairs at or above the threshold
	Kept, Removed, Review int // images of the whole catalogue
	Step                  StepID
}

// ReplaceMarks puts a run's pairs and clusters in place of the former ones of the same kind and settles every image, in one transaction and
// one undoable step (undo brings the former clusters back; pairs are evidence, not decisions, and stay). Verdicts are kept and win.
func (c *Catalog) ReplaceMarks(ctx context.Context, command string, m Marks) (n MarkCounts, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		former, err := loadMarks(ctx, tx, m.Kind)
		if err != nil {
			return err
		}
		if n, err = putMarks(ctx, tx, m); err != nil {
			return err
		}
		n.Step, err = journalMarks(ctx, tx, command, former, n)
		return err
	})
	return n, err
}

// putMarks does what ReplaceMarks does, short of the journal.
func putMarks(ctx context.Context, tx *sql.Tx, m Marks) (n MarkCounts, err error) {
	if err := replacePairs(ctx, tx, m.Kind, m.Pairs); err != nil {
		return n, err
	}
	next := clusterSet{Kind: m.Kind, Ran: true, Run: m.Run, Threshold: m.Threshold, Clusters: m.Clusters}
	if err := replaceClusters(ctx, tx, next); err != nil {
		return n, err
	}
	if err := linkClusters(ctx, tx, m.Kind); err != nil {
		return n, err
	}
	if _, err := settleAll(ctx, tx); err != nil {
		return n, err
	}
	return countMarks(ctx, tx, m.Kind, m.Threshold)
}

// journalMarks makes the step, unless the marks are those that were there.
func journalMarks(ctx context.Context, tx *sql.Tx, command string, former clusterSet, n MarkCounts) (StepID, error) {
	next, err := loadMarks(ctx, tx, former.Kind)
	if err != nil || reflect.DeepEqual(former.decisions(), next.decisions()) {
		return 0, err
	}
	payload, err := former.pack()
	if err != nil {
		return 0, err
	}
	summary := fmt.Sprintf("%d clusters, %d images removed, %d in review", n.Clusters, n.Removed, n.Review)
	return addStep(ctx, tx, command, marksKind(former.Kind), summary, stateDone, payload)
}

func countMarks(ctx context.Context, tx *sql.Tx, kind PairKind, threshold float64) (n MarkCounts, err error) {
	err = tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM pair WHERE kind = ?1 AND score >= ?2), (SELECT count(*) FROM cluster WHERE kind = ?1),
		(SELECT count(*) FROM image WHERE status = 'kept'), (SELECT count(*) FROM image WHERE status = 'removed'),
		(SELECT count(*) FROM image WHERE status = 'review')`, kind, threshold).Scan(&n.Pairs, &n.Clusters, &n.Kept, &n.Removed, &n.Review)
	return n, err
}

// clusterSet is the clusters of one kind with the run that made them: what a step of the journal swaps for the former ones.
type clusterSet struct {
	Kind      PairKind
	Ran       bool // false: no dedup of this kind had run
	Run       RunID
	Threshold float64
	Clusters  []Cluster
	Links     [][]link // of each cluster
}

// link is two members of a cluster, neither its keeper, that are close to each other. A < B.
type link struct {
	A, B  ImageID
	Score float64
}

// decisions is the set without what says nothing about images: numbers of runs and clusters.
func (s clusterSet) decisions() clusterSet {
	s.Run = 0
	cs := make([]Cluster, len(s.Clusters))
	for i, c := range s.Clusters {
		c.ID = 0
		cs[i] = c
	}
	s.Clusters = cs
	return s
}

func (s clusterSet) pack() ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	err := errors.Join(json.NewEncoder(z).Encode(s), z.Close())
	return b.Bytes(), err
}

func unpackMarks(b []byte) (s clusterSet, err error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return s, err
	}
	err = json.NewDecoder(z).Decode(&s)
	return s, err
}

// marksKind is the kind of the journal's steps that replaced marks.
func marksKind(k PairKind) string { return "dedup-" + string(k) }

func isMarks(kind string) bool { return kind == marksKind(CopyPair) || kind == marksKind(SimilarPair) }

// swapMarks exchanges the clusters in force and those in the step's payload: undo and redo alike.
func (j journey) swapMarks(ctx context.Context, tx *sql.Tx, s Step) error {
	e := &OverlapError{Step: s.ID, What: "the clusters", Redo: j.redo}
	err := tx.QueryRowContext(ctx, "SELECT id, command FROM journal WHERE kind = ? AND undone = 0 AND id > ? ORDER BY id DESC LIMIT 1", s.Kind,
		s.ID).Scan(&e.Later, &e.LaterCommand)
	if err == nil {
		return e
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var payload []byte
	if err := tx.QueryRowContext(ctx, "SELECT payload FROM journal WHERE id = ?", s.ID).Scan(&payload); err != nil {
		return err
	}
	wanted, err := unpackMarks(payload)
	if err != nil {
		return fmt.Errorf("step %d: what it replaced: %w", s.ID, err)
	}
	current, err := loadMarks(ctx, tx, wanted.Kind)
	if err != nil {
		return err
	}
	if payload, err = current.pack(); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE journal SET payload = ? WHERE id = ?", payload, s.ID); err != nil {
		return err
	}
	if err := replaceClusters(ctx, tx, wanted); err != nil {
		return err
	}
	_, err = settleAll(ctx, tx)
	return err
}
