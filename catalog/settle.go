package catalog

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
)

// settleSet settles the images in a set; 0 in it means nothing.
func settleSet(ctx context.Context, tx *sql.Tx, set map[ImageID]bool) error {
	delete(set, 0)
	if len(set) == 0 {
		return nil
	}
	_, err := settle(ctx, tx, slices.Sorted(maps.Keys(set)))
	return err
}

// settle derives status, reason and effective fields of images from the facts and stores what changed. Every method that changes a fact
// calls it. It includes everyone who shares a cluster with the images, since what becomes of one can change what becomes of the others.
func settle(ctx context.Context, tx *sql.Tx, images []ImageID) (int, error) {
	known := unique(images)
	for {
		more, err := collect(ctx, tx, scanID, `SELECT value FROM json_each(?1) UNION SELECT image FROM member WHERE cluster IN
			(SELECT cluster FROM member WHERE image IN (SELECT value FROM json_each(?1))) ORDER BY 1`, list(known))
		if err != nil {
			return 0, err
		}
		if len(more) == len(known) {
			break
		}
		known = more
	}
	return settleScope(ctx, tx, scope{ids: list(known)})
}

// settleAll settles every image.
func settleAll(ctx context.Context, tx *sql.Tx) (int, error) {
	return settleScope(ctx, tx, scope{all: true})
}

func settleScope(ctx context.Context, tx *sql.Tx, sc scope) (int, error) {
	f, err := loadFacts(ctx, tx, sc)
	if err != nil {
		return 0, err
	}
	if err := f.mark(ctx, tx); err != nil {
		return 0, err
	}
	return f.store(ctx, tx)
}

// derived is what is stored of an image besides its facts.
type derived struct {
	status Status
	reason Reason
	said   said
}

// equal compares what is stored.
func (d derived) equal(e derived) bool {
	a, b := d.said, e.said
	return d.status == e.status && d.reason == e.reason && a.label == b.label && a.subject == b.subject && a.source == b.source &&
		a.generator == b.generator && a.prompt == b.prompt && slices.Equal(a.conflict, b.conflict)
}

// store writes what differs from what is stored.
func (f *facts) store(ctx context.Context, tx *sql.Tx) (changed int, err error) {
	set, err := tx.PrepareContext(ctx, `UPDATE image SET status = ?, cause = ?, cause_of = ?, similarity = ?, note = ?, label = ?, subject = ?,
		source = ?, generator = ?, prompt = ?, conflict = ? WHERE id = ?`)
	if err != nil {
		return 0, err
	}
	defer set.Close()
	for _, im := range f.images {
		next := derived{said: im.said}
		next.status, next.reason = Derive(Facts{Invalid: im.invalid, Live: im.places, Fate: im.fate, Conflict: im.said.review,
			Copy: im.copy, Similar: im.similar})
		if next.equal(im.stored) {
			continue
		}
		changed++
		r, s := next.reason, next.said
		if _, err := set.ExecContext(ctx, next.status, r.Cause, nullID(r.Of), r.Similarity, r.Note, s.label, s.subject, s.source, s.generator,
			s.prompt, strings.Join(s.conflict, ","), im.id); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// nullID stores the number 0 as NULL.
func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
