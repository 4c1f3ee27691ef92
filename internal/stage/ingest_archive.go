package stage

import (
	"context"
	"errors"
	"io/fs"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
)

// archiveEnd tells the recorder that an archive was read.
type archiveEnd struct {
	others int             // members that are no pictures
	left   []catalog.Known // recorded before, and not in the archive any more
	whole  bool            // it was read to its end
}

// planArchive counts the members of an archive that is as it was. Those of another
// are looked at in the second pass; until then they count as being there.
func (s *ingesting) planArchive(ctx context.Context, w *walked) error {
	known, err := s.env.Catalog.KnownUnder(ctx, w.Path)
	if err != nil {
		return err
	}
	others, same := s.seen.Archive(w.File)
	for _, k := range known {
		if !k.Gone.IsZero() {
			continue
		}
		s.plan.found.set(k.ID)
		if same {
			_, changed, err := s.memberNews(w, k)
			if err != nil {
				return err
			}
			same = !changed
		}
	}
	if !same {
		s.plan.todo++
		return nil
	}
	s.result.Archives++
	s.result.Other += others
	for _, k := range known {
		if k.Gone.IsZero() {
			s.countKnown(k)
		}
	}
	return nil
}

// memberNews is what is said now of a recorded member, as far as can be told
// without opening its archive.
func (s *ingesting) memberNews(w *walked, k catalog.Known) (catalog.Origin, bool, error) {
	if k.Kind != catalog.KindMember {
		return k.Origin, false, nil
	}
	f, err := s.factsAt(k.Path, w.Virtual+k.Path[len(w.Path):], ingest.Facts{})
	if err != nil {
		return k.Origin, false, err
	}
	o, changed := f.over(k.Origin)
	return o, changed, nil
}

// readArchive makes jobs of the members of an archive.
func (r *reading) readArchive(ctx context.Context, w *walked) error {
	known, err := r.env.Catalog.KnownUnder(ctx, w.Path)
	if err != nil {
		return err
	}
	a := &archiveReading{reading: r, walked: w, known: known, met: map[string]bool{}}
	if _, same := r.seen.Archive(w.File); same && !a.hasNews() {
		return nil // counted in the first pass
	}
	archive, err := ingest.OpenArchive(w.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a.end(ctx, false)
	case errors.Is(err, ingest.ErrNotContainer):
		if err := a.end(ctx, false); err != nil {
			return err
		}
		return r.sendFile(ctx, w)
	case errors.Is(err, fs.ErrPermission):
		a.meetAll() // they may well be there
		return a.fail(ctx, ingest.Reason(err))
	case err != nil:
		return a.fail(ctx, "archive: "+err.Error())
	}
	defer archive.Close()
	return a.members(ctx, archive)
}

// archiveReading is the way through one archive.
type archiveReading struct {
	*reading
	*walked
	known  map[string]catalog.Known
	met    map[string]bool // stored paths of members
	others int
}

func (a *archiveReading) hasNews() bool {
	for _, k := range a.known {
		if !k.Gone.IsZero() {
			continue
		}
		if _, changed, err := a.memberNews(a.walked, k); changed || err != nil {
			return true
		}
	}
	return false
}

func (a *archiveReading) members(ctx context.Context, archive ingest.Archive) error {
	for m, err := range ingest.Described(ctx, archive) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return a.fail(ctx, "archive: "+err.Error())
		}
		if a.opt.Exclude.SkipsMember(a.Rel, m.Name) {
			continue
		}
		if err := a.member(ctx, m); err != nil {
			return err
		}
	}
	return a.end(ctx, true)
}

// member reads a member here, on the way through the archive, and sends it on.
func (a *archiveReading) member(ctx context.Context, m ingest.Member) error {
	path := catalog.MemberPath(a.Path, m.Name)
	j, err := a.newJob(a.File, a.known[path], catalog.Sighting{
		Path: path, Kind: catalog.KindMember, Container: a.Path, Root: a.Root,
		Size: m.Size, ModTime: m.ModTime,
	}, a.Virtual+"/"+m.Name, m.Facts)
	if err != nil {
		return err
	}
	release, err := a.reading.load.Acquire(ctx, min(m.Size, a.limits.MaxBytes))
	if err != nil {
		return err
	}
	out, data := a.loadMember(m)
	if out != nil && out.other {
		release()
		a.others++
		return nil
	}
	a.met[path] = true
	if out != nil {
		release()
		return a.enqueue(ctx, j.decided(*out))
	}
	j.data, j.release = data, release
	return a.send(ctx, j, m.Size)
}

func (a *archiveReading) loadMember(m ingest.Member) (*readOutcome, []byte) {
	f, err := m.Open()
	if err != nil {
		return &readOutcome{problem: err.Error()}, nil
	}
	defer f.Close()
	out, data := a.contentReader.load(f, m.Name, m.Size, nil)
	if out == nil && data == nil {
		data = []byte{}
	}
	return out, data
}

// meetAll takes all recorded members as being there.
func (a *archiveReading) meetAll() {
	for path := range a.known {
		a.met[path] = true
	}
}

// fail records an archive that cannot be read, or not to its end.
func (a *archiveReading) fail(ctx context.Context, why string) error {
	a.met[a.Path] = true
	j := &job{file: a.File, known: a.known[a.Path], done: make(chan struct{}), sighting: catalog.Sighting{
		Path: a.Path, Kind: catalog.KindFile, Root: a.Root,
		Size: a.Stat.Size, ModTime: a.Stat.ModTime, Inode: a.Stat.Identity,
	}}
	if err := a.enqueue(ctx, j.decided(readOutcome{problem: why})); err != nil {
		return err
	}
	return a.end(ctx, true)
}

// end tells the recorder what is not in the archive any more.
func (a *archiveReading) end(ctx context.Context, whole bool) error {
	end := &archiveEnd{others: a.others, whole: whole}
	for path, k := range a.known {
		if k.Gone.IsZero() && !a.met[path] {
			end.left = append(end.left, k)
		}
	}
	j := &job{file: a.File, archive: end, done: make(chan struct{})}
	return a.enqueue(ctx, j.decided(readOutcome{}))
}
