package catalog

import (
	"context"
	"database/sql"
	"time"
)

// VerdictKind is what a person decided.
type VerdictKind string

// Kinds of verdicts. Of keep and remove an image has at most one, of distinct and same a pair has at most one: the newer replaces the older.
const (
	Keep     VerdictKind = "keep"
	Remove   VerdictKind = "remove"
	Label    VerdictKind = "label"    // Value is the label
	Subject  VerdictKind = "subject"  // Value is the subject
	Distinct VerdictKind = "distinct" // A and B are different pictures: never asked again
	Same     VerdictKind = "same"     // A and B belong together
)

// Decision is a verdict to be made.
type Decision struct {
	Kind  VerdictKind
	Image ImageID
	Other ImageID // for Distinct and Same
	Value string  // for Label and Subject
}

// Verdict is a decision as recorded, by content hash. For pairs A < B.
type Verdict struct {
	Kind  VerdictKind
	A, B  Hash // B is zero unless the verdict is on a pair
	Value string
	At    time.Time
	Step  StepID
}

// VerdictsOn returns the verdicts in force on an image, those on its pairs included, oldest first.
func (c *Catalog) VerdictsOn(ctx context.Context, h Hash) ([]Verdict, error) {
	vs, err := collect(ctx, c.read, scanVerdict, `SELECT kind, a, b, value, at, step FROM verdict WHERE a = ?1 OR (topic = 'pair' AND b = ?1)
		ORDER BY step, topic`, h)
	return vs, c.fault(err)
}

func scanVerdict(r *sql.Rows) (v Verdict, err error) {
	var at string
	if err := r.Scan(&v.Kind, &v.A, &v.B, &v.Value, &at, &v.Step); err != nil {
		return v, err
	}
	v.At, err = unstamp(at)
	return v, err
}

// PairVerdict is a distinct or same verdict whose images are both in the catalogue.
type PairVerdict struct {
	Kind VerdictKind
	A, B ImageID // A < B
}

// PairVerdicts returns every distinct and same verdict in force, by A and B: what dedup must respect.
func (c *Catalog) PairVerdicts(ctx context.Context) ([]PairVerdict, error) {
	vs, err := collect(ctx, c.read, func(r *sql.Rows) (v PairVerdict, err error) {
		err = r.Scan(&v.Kind, &v.A, &v.B)
		return v, err
	}, `SELECT v.kind, min(x.id, y.id), max(x.id, y.id) FROM verdict v JOIN image x ON x.sha256 = v.a JOIN image y ON y.sha256 = v.b
		WHERE v.topic = 'pair' ORDER BY 2, 3`)
	return vs, c.fault(err)
}

// PairVerdictsAmong returns the distinct and same verdicts on pairs whose images are both among these.
func (c *Catalog) PairVerdictsAmong(ctx context.Context, images []ImageID) ([]PairVerdict, error) {
	vs, err := collect(ctx, c.read, func(r *sql.Rows) (v PairVerdict, err error) {
		err = r.Scan(&v.Kind, &v.A, &v.B)
		return v, err
	}, `WITH these (id, sha256) AS MATERIALIZED (SELECT i.id, i.sha256 FROM json_each(?) j JOIN image i ON i.id = j.value)
		SELECT v.kind, min(x.id, y.id), max(x.id, y.id) FROM these x CROSS JOIN verdict v ON v.topic = 'pair' AND v.a = x.sha256 CROSS JOIN these y ON y.sha256 = v.b`,
		list(images))
	return vs, c.fault(err)
}
