package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
)

// recorder records sightings inside one transaction and remembers which images must be settled.
type recorder struct {
	ctx     context.Context
	tx      *sql.Tx
	touched map[ImageID]bool
}

// record finds out what a sighting means and writes it. The cases, by what is recorded live at the path:
//
//	moved from elsewhere    that location's row takes the path; what was live here is gone
//	nothing                 the row of the same content that left, revived, or a new row
//	could not be read now   the row as it is, with the problem
//	same content            the row as it is, refreshed where size, time or provenance differ
//	other content           the old row is gone, a new one inherits what was said of the path
func (r *recorder) record(s *Sighting) (Recorded, error) {
	live, err := r.liveAt(s.Path)
	if err != nil {
		return Recorded{}, err
	}
	if s.Content == nil {
		return r.withoutContent(s, live)
	}
	image, fresh, changed, err := putImage(r.ctx, r.tx, s.Content)
	if err != nil {
		return Recorded{}, err
	}
	out := Recorded{Image: image, NewImage: fresh}
	if fresh || changed {
		r.touched[image] = true
	}
	if out.Invalid = s.Content.Invalid != ""; !fresh { // what is recorded counts
		if err := r.tx.QueryRowContext(r.ctx, "SELECT invalid <> '' FROM image WHERE id = ?", image).Scan(&out.Invalid); err != nil {
			return Recorded{}, err
		}
	}
	next := Location{Path: s.Path, Kind: s.Kind, Container: s.Container, Root: s.Root, Size: s.Size, ModTime: s.ModTime, Inode: s.Inode,
		Image: image, Origin: s.Origin}
	switch {
	case s.MovedFrom != 0:
		out.Outcome = Moved
		out.Location, err = r.move(s.MovedFrom, live, next)
	case live == nil && fresh: // no row has this content
		out.Outcome = Added
		out.Location, err = r.insert(next)
	case live == nil:
		out.Outcome = Added
		out.Location, err = r.add(next)
	case live.Image == image:
		out.Location = live.ID
		err = r.refresh(live, next)
	default:
		out.Outcome = Changed
		out.Location, err = r.replace(live, next)
	}
	return out, err
}

// withoutContent: the file is as it was, or cannot be read.
func (r *recorder) withoutContent(s *Sighting, live *Location) (Recorded, error) {
	next := Location{Path: s.Path, Kind: s.Kind, Container: s.Container, Root: s.Root, Size: s.Size, ModTime: s.ModTime, Inode: s.Inode,
		Origin: s.Origin, Problem: s.Problem}
	if live == nil {
		if s.Problem == "" {
			return Recorded{}, errors.New("a path that is not recorded, without content")
		}
		id, err := r.insert(next)
		return Recorded{Outcome: Added, Location: id, Invalid: true}, err
	}
	next.Image = live.Image // what was read before is not lost because it cannot be read now
	out := Recorded{Location: live.ID, Image: live.Image, Invalid: s.Problem != "" || live.Image == 0}
	if live.Image != 0 && !out.Invalid {
		err := r.tx.QueryRowContext(r.ctx, "SELECT invalid <> '' FROM image WHERE id = ?", live.Image).Scan(&out.Invalid)
		if err != nil {
			return out, err
		}
	}
	if s.Problem == "" && live.Image == 0 {
		next.Problem = live.Problem
	}
	return out, r.refresh(live, next)
}

func (r *recorder) liveAt(path string) (*Location, error) {
	ls, err := collect(r.ctx, r.tx, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE l.path = ? AND l.gone = ''", path)
	if err != nil || len(ls) == 0 {
		return nil, err
	}
	return &ls[0], nil
}

// add revives the row of the same content that left this path, or makes one.
func (r *recorder) add(next Location) (LocationID, error) {
	old, err := collect(r.ctx, r.tx, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE l.path = ? AND l.image = ? ORDER BY l.gone DESC LIMIT 1",
		next.Path, next.Image)
	if err != nil {
		return 0, err
	}
	if len(old) == 0 {
		return r.insert(next)
	}
	next.ID, next.Origin = old[0].ID, inherit(old[0].Origin, next.Origin)
	return next.ID, r.write(next)
}

// move gives an existing row a new path.
func (r *recorder) move(from LocationID, live *Location, next Location) (LocationID, error) {
	old, err := collect(r.ctx, r.tx, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE l.id = ?", from)
	if err != nil {
		return 0, err
	}
	if len(old) == 0 || old[0].Image != next.Image {
		return 0, fmt.Errorf("said to be moved from location %d, which has other content", from)
	}
	if live != nil && live.ID != from {
		if err := r.leave(live); err != nil {
			return 0, err
		}
	}
	next.ID, next.Origin = from, inherit(old[0].Origin, next.Origin)
	return from, r.write(next)
}

// replace notes that a path has other content now.
func (r *recorder) replace(live *Location, next Location) (LocationID, error) {
	next.Origin = inherit(live.Origin, next.Origin)
	if live.Image == 0 { // could not be read before: there is no old content to remember
		next.ID = live.ID
		return next.ID, r.write(next)
	}
	if err := r.leave(live); err != nil {
		return 0, err
	}
	return r.add(next)
}

// refresh writes what differs, or nothing.
func (r *recorder) refresh(live *Location, next Location) error {
	next.ID, next.Origin = live.ID, inherit(live.Origin, next.Origin)
	if live.Root != "" {
		next.Root = live.Root // a folder within a folder is not news
	}
	a, b := *live, next
	ea, err1 := objectText(a.Origin.Extra)
	eb, err2 := objectText(b.Origin.Extra)
	a.Seen, a.Origin.Extra, b.Origin.Extra = b.Seen, nil, nil
	if ea == eb && reflect.DeepEqual(a, b) || err1 != nil || err2 != nil {
		return errors.Join(err1, err2)
	}
	return r.write(next)
}

// inherit is what is said of a location after a new sighting: empty fields keep what was said before.
func inherit(old, next Origin) Origin {
	for _, f := range []struct {
		next *string
		old  string
	}{
		{&next.Label, old.Label}, {&next.Subject, old.Subject}, {&next.Source, old.Source}, {&next.Generator, old.Generator},
		{&next.Prompt, old.Prompt}, {&next.Seed, old.Seed}, {&next.URL, old.URL}, {&next.Licence, old.Licence},
	} {
		if *f.next == "" {
			*f.next = f.old
		}
	}
	if len(next.Extra) == 0 {
		next.Extra = old.Extra
	}
	return next
}
