package catalog

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Decide records verdicts as one undoable step in the name of command and settles the images they concern. What is decided already is
// passed over; changed counts the images or pairs that are not. Without a change there is no step (0).
func (c *Catalog) Decide(ctx context.Context, command string, ds []Decision) (step StepID, changed int, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		step, changed, err = decide(ctx, tx, command, Said{Decide: ds})
		return err
	})
	return step, changed, err
}

// Said is what a person says of images: verdicts, or with Clear that those on these images are taken back. One of the two is empty.
type Said struct {
	Decide []Decision
	Clear  []ImageID
	Told   func(done int) // of Decide or Clear, now and then; nil = nobody
}

// toldEvery is after how many decisions Told is called.
const toldEvery = 100

func (s Said) tell(done int) {
	if s.Told != nil && done%toldEvery == 0 {
		s.Told(done)
	}
}

// DecideSeen records, as Decide and Clear do, what choose makes of the catalogue as it is. Nobody else writes from before choose is called
// until its answer is recorded: what choose finds to be as a person has seen it still is when the verdict is written. choose may read the
// catalogue, and must not write to it; when it returns an error nothing is recorded, and the error is returned. Another writer is waited
// for as long as patience says; a *LockedError with Brief set names it otherwise.
func (c *Catalog) DecideSeen(ctx context.Context, command string, patience time.Duration, choose func(ctx context.Context) (Said, error)) (step StepID, changed int, err error) {
	err = c.updateSoon(ctx, patience, func(tx *sql.Tx) error {
		said, err := choose(ctx)
		switch {
		case err != nil:
			return err
		case len(said.Clear) > 0:
			step, changed, err = takeBack(ctx, tx, command, said)
		default:
			step, changed, err = decide(ctx, tx, command, said)
		}
		return err
	})
	return step, changed, err
}

// Effect is what decisions would do.
type Effect struct {
	Changed       int            // images or pairs whose verdict would change
	Before, After map[Status]int // images of the whole catalogue
}

// Preview tells what Decide would do, and does nothing.
func (c *Catalog) Preview(ctx context.Context, ds []Decision) (e Effect, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		if e.Before, err = statusCounts(ctx, tx); err != nil {
			return err
		}
		if _, e.Changed, err = decide(ctx, tx, "", Said{Decide: ds}); err != nil {
			return err
		}
		if e.After, err = statusCounts(ctx, tx); err != nil {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return e, err
}

func decide(ctx context.Context, tx *sql.Tx, command string, said Said) (StepID, int, error) {
	hashes, err := hashesOf(ctx, tx, said.Decide)
	if err != nil {
		return 0, 0, err
	}
	t := newTracker(ctx, tx, command, "verdicts")
	counts := map[string]int{}
	var order []string
	changed := 0
	for i, d := range said.Decide {
		said.tell(i)
		ref, err := d.ref(hashes)
		if err != nil {
			return 0, 0, err
		}
		done, err := t.decide(ref, d)
		if err != nil {
			return 0, 0, err
		}
		if !done {
			continue
		}
		changed++
		name := d.summary()
		if counts[name]++; counts[name] == 1 {
			order = append(order, name)
		}
	}
	step, err := t.end(summarise(order, counts))
	return step, changed, err
}

// ref is the row that the decision is kept in.
func (d Decision) ref(hashes map[ImageID]Hash) (rowRef, error) {
	a, ok := hashes[d.Image]
	if !ok {
		return rowRef{}, fmt.Errorf("%w: %d", ErrNoImage, d.Image)
	}
	switch d.Kind {
	case Keep, Remove:
		return rowRef{"verdict", []any{"fate", a[:], []byte{}}}, nil
	case Label, Subject:
		if d.Value == "" {
			return rowRef{}, fmt.Errorf("a verdict on the %s needs a value", d.Kind)
		}
		return rowRef{"verdict", []any{string(d.Kind), a[:], []byte{}}}, nil
	case Distinct, Same:
		b, ok := hashes[d.Other]
		if !ok {
			return rowRef{}, fmt.Errorf("%w: %d", ErrNoImage, d.Other)
		}
		return pairRef(a, b)
	}
	return rowRef{}, fmt.Errorf("no verdict is called %q", d.Kind)
}

func pairRef(a, b Hash) (rowRef, error) {
	switch bytes.Compare(a[:], b[:]) {
	case 0:
		return rowRef{}, errors.New("both are one image: the files are the same to the byte")
	case 1:
		a, b = b, a
	}
	return rowRef{"verdict", []any{"pair", a[:], b[:]}}, nil
}

// decide writes one verdict; false when it stands already.
func (t *tracker) decide(ref rowRef, d Decision) (bool, error) {
	row, err := ref.load(t.ctx, t.tx)
	if err != nil || row["kind"] == string(d.Kind) && row["value"] == d.Value {
		return false, err
	}
	if err := t.begin(); err != nil {
		return false, err
	}
	t.touched[d.Image] = true
	t.touched[d.Other] = true
	return true, t.change(ref, func() error {
		args := append(append([]any{}, ref.key...), d.Kind, d.Value, now(), t.step)
		return t.exec("INSERT OR REPLACE INTO verdict (topic, a, b, kind, value, at, step) VALUES (?, ?, ?, ?, ?, ?, ?)", args...)
	})
}

func hashesOf(ctx context.Context, q querier, ds []Decision) (map[ImageID]Hash, error) {
	ids := make([]ImageID, 0, len(ds))
	for _, d := range ds {
		ids = append(ids, d.Image)
		if d.Other != 0 {
			ids = append(ids, d.Other)
		}
	}
	return imageHashes(ctx, q, ids)
}

func imageHashes(ctx context.Context, q querier, ids []ImageID) (map[ImageID]Hash, error) {
	out := make(map[ImageID]Hash, len(ids))
	err := each(ctx, q, func(r *sql.Rows) error {
		var id ImageID
		var h Hash
		err := r.Scan(&id, &h)
		out[id] = h
		return err
	}, "SELECT id, sha256 FROM image WHERE id IN (SELECT value FROM json_each(?))", list(ids))
	return out, err
}

// summary is the decision without its images.
func (d Decision) summary() string {
	if d.Value == "" {
		return string(d.Kind)
	}
	return string(d.Kind) + " " + d.Value
}

// summarise is "keep: 3, label ai: 1".
func summarise(order []string, counts map[string]int) string {
	parts := make([]string, len(order))
	for i, name := range order {
		parts[i] = fmt.Sprintf("%s: %d", name, counts[name])
	}
	return strings.Join(parts, ", ")
}

// Clear takes the verdicts on these images back (keep, remove, label, subject), as one undoable step.
func (c *Catalog) Clear(ctx context.Context, command string, images ...ImageID) (step StepID, changed int, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		step, changed, err = takeBack(ctx, tx, command, Said{Clear: images})
		return err
	})
	return step, changed, err
}

func takeBack(ctx context.Context, tx *sql.Tx, command string, said Said) (step StepID, changed int, err error) {
	hashes, err := imageHashes(ctx, tx, said.Clear)
	if err != nil {
		return 0, 0, err
	}
	t := newTracker(ctx, tx, command, "verdicts")
	for i, id := range unique(said.Clear) {
		said.tell(i)
		h, ok := hashes[id]
		if !ok {
			return 0, 0, fmt.Errorf("%w: %d", ErrNoImage, id)
		}
		n := 0
		for _, topic := range []string{"fate", "label", "subject"} {
			had, err := t.clear(rowRef{"verdict", []any{topic, h[:], []byte{}}}, id)
			if err != nil {
				return 0, 0, err
			}
			if had {
				n = 1
			}
		}
		changed += n
	}
	step, err = t.end(fmt.Sprintf("clear: %d", changed))
	return step, changed, err
}

// clear drops a verdict; false when there was none.
func (t *tracker) clear(ref rowRef, images ...ImageID) (bool, error) {
	row, err := ref.load(t.ctx, t.tx)
	if err != nil || row == nil {
		return false, err
	}
	for _, id := range images {
		t.touched[id] = true
	}
	return true, t.change(ref, func() error { return ref.drop(t.ctx, t.tx) })
}

// ClearPair takes the verdict on a pair back, as one undoable step.
func (c *Catalog) ClearPair(ctx context.Context, command string, a, b ImageID) (step StepID, changed int, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		hashes, err := imageHashes(ctx, tx, []ImageID{a, b})
		if err != nil {
			return err
		}
		if len(hashes) < 2 && a != b {
			return fmt.Errorf("%w: %d or %d", ErrNoImage, a, b)
		}
		ref, err := pairRef(hashes[a], hashes[b])
		if err != nil {
			return err
		}
		t := newTracker(ctx, tx, command, "verdicts")
		had, err := t.clear(ref, a, b)
		if err != nil {
			return err
		}
		if had {
			changed = 1
		}
		step, err = t.end(fmt.Sprintf("clear: %d pair", changed))
		return err
	})
	return step, changed, err
}
