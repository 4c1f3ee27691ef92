package stage

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/train/audit"
	"github.com/curate/curate/train/metrics"
)

// AuditFile, in the folder of a training run, is what the files told of the labels
// before a pixel was looked at: an AuditResult as JSON.
const AuditFile = "audit.json"

// auditFirst audits the split that a run is about to learn from, says so where its
// labels can be told without pixels, and leaves the finding in the run's folder. A
// split that cannot be audited is no reason not to train on it.
func auditFirst(ctx context.Context, e *Env, dir string) error {
	r, err := auditSplit(ctx, e)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		nan := metrics.Value(math.NaN())
		r = AuditResult{Verdict: audit.Unknown, Finding: "The files' metadata were not looked at: " + err.Error() + ".",
			AUC: nan, Accuracy: nan, AUCInterval: metrics.Interval{nan, nan}, AccuracyInterval: metrics.Interval{nan, nan},
			Kinds: map[audit.Kind]metrics.Value{}, Columns: []AuditColumn{}, Labels: map[string]int{}, Rare: []string{}, Unreadable: []UnusableInput{}}
	}
	if r.Verdict == audit.Leaks || r.Verdict == audit.Hints {
		e.Notice("audit: %s `curate audit` tells more, `curate audit --fix` makes a set without it", r.Finding)
	}
	text, err := json.Marshal(r)
	return errors.Join(err, atomicfile.WriteFile(filepath.Join(dir, AuditFile), append(text, '\n'), 0o644))
}

// auditSplit audits what is in the split.
func auditSplit(ctx context.Context, e *Env) (AuditResult, error) {
	silent := *e
	silent.Notice = func(string, ...any) {} // split and train have said it
	set, err := loadAudited(ctx, &silent, catalog.Filter{Split: []catalog.Split{catalog.Train, catalog.Val, catalog.Test}})
	if err != nil {
		return AuditResult{}, err
	}
	return set.audit(ctx, &silent)
}
