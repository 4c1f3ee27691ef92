package catalog

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shortestHash is how many digits of a SHA-256 must be given.
const shortestHash = 6

// Resolve finds the image that an argument names: a path as View.Show prints it, an image number, or at least six digits of a SHA-256, in
// this order. ErrNoImage or an *AmbiguousError otherwise.
func (c *Catalog) Resolve(ctx context.Context, v View, arg string) (id ImageID, err error) {
	err = c.view(ctx, func(tx *sql.Tx) error {
		for _, find := range []func() (ImageID, error){
			func() (ImageID, error) { return imageAtPath(ctx, tx, v.Stored(arg)) },
			func() (ImageID, error) { return imageAtBrokenPath(ctx, tx, v, arg) },
			func() (ImageID, error) { return imageWithNumber(ctx, tx, arg) },
			func() (ImageID, error) { return imageWithHash(ctx, tx, arg) },
		} {
			if id, err = find(); !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return fmt.Errorf("%w: %q is no path, number or SHA-256 of one; \"curate images\" lists them", ErrNoImage, arg)
	})
	return id, err
}

// imageAtPath looks for a location, the live one first.
func imageAtPath(ctx context.Context, q querier, stored []string) (id ImageID, err error) {
	for _, path := range stored {
		err = q.QueryRowContext(ctx, `SELECT image FROM location WHERE path = ? AND image IS NOT NULL ORDER BY gone <> '', gone DESC LIMIT 1`,
			path).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	return 0, sql.ErrNoRows
}

// imageAtBrokenPath looks for a name that is not UTF-8 by its printed form, in which U+FFFD stands for what could not be printed.
func imageAtBrokenPath(ctx context.Context, q querier, v View, arg string) (ImageID, error) {
	if !strings.ContainsRune(arg, utf8.RuneError) {
		return 0, sql.ErrNoRows
	}
	stored := v.Stored(arg)
	want := stored[len(stored)-1]
	dir := want[:strings.LastIndex(want[:strings.IndexRune(want, utf8.RuneError)], "/")]
	from, to := beneath(dir)
	found := ImageID(0)
	err := each(ctx, q, func(r *sql.Rows) error {
		var path string
		var id ImageID
		if err := r.Scan(&path, &id); err != nil {
			return err
		}
		if found == 0 && strings.ToValidUTF8(path, "\uFFFD") == strings.ToValidUTF8(want, "\uFFFD") {
			found = id
		}
		return nil
	}, `SELECT path, image FROM location WHERE path >= ? AND path < ? AND image IS NOT NULL ORDER BY gone <> '', path`, from, to)
	if err == nil && found == 0 {
		err = sql.ErrNoRows
	}
	return found, err
}

func imageWithNumber(ctx context.Context, q querier, arg string) (ImageID, error) {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return 0, sql.ErrNoRows
	}
	var id ImageID
	err = q.QueryRowContext(ctx, "SELECT id FROM image WHERE id = ?", n).Scan(&id)
	return id, err
}

// imageWithHash looks for the start of a SHA-256, as a range of the index on it.
func imageWithHash(ctx context.Context, q querier, arg string) (ImageID, error) {
	if len(arg) < shortestHash || len(arg) > 64 {
		return 0, sql.ErrNoRows
	}
	from, err1 := hex.DecodeString(arg + strings.Repeat("0", 64-len(arg)))
	to, err2 := hex.DecodeString(arg + strings.Repeat("f", 64-len(arg)))
	if err1 != nil || err2 != nil {
		return 0, sql.ErrNoRows
	}
	ids, err := collect(ctx, q, scanID, "SELECT id FROM image WHERE sha256 BETWEEN ? AND ? LIMIT 10", from, to)
	switch {
	case err != nil:
		return 0, err
	case len(ids) == 0:
		return 0, sql.ErrNoRows
	case len(ids) > 1:
		return 0, &AmbiguousError{Arg: arg, Images: ids}
	}
	return ids[0], nil
}

func scanID(r *sql.Rows) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}
