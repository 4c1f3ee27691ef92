package catalog

import (
	"context"
	"database/sql"
	"path"
	"time"
)

// LocationKind says what a location's path names.
type LocationKind string

// Kinds of locations.
const (
	KindFile   LocationKind = "file"
	KindMember LocationKind = "member" // of an archive or table: Container + "/" + name inside
	KindURL    LocationKind = "url"
)

// Origin is what is said of a location: by flags, folder names or a manifest. Empty = not said.
type Origin struct {
	Label, Subject, Source, Generator, Prompt, Seed, URL, Licence string
	// Extra holds every other column of the manifest, JSON-able values.
	Extra map[string]any
}

// Location is one place where an image was seen.
type Location struct {
	ID        LocationID
	Path      string // as stored: see Canonical and MemberPath; for KindURL the URL
	Kind      LocationKind
	Container string // path of the archive that holds a member, else empty
	Root      string // the argument of ingest under which it was found
	Size      int64
	ModTime   int64  // Unix nanoseconds
	Inode     uint64 // 0 = unknown
	Image     ImageID
	Origin    Origin
	Problem   string    // why the file could not be read at all (then Image is 0); else empty
	Seen      time.Time // when its facts were last written
	Gone      time.Time // when it was found to be gone; zero = there
}

// MemberPath is the stored path of a member of an archive: below the archive as if that were a folder, wherever its name tries to lead.
func MemberPath(container, member string) string { return container + path.Clean("/"+member) }

// Known is what ingest must know of a location to pass over it.
type Known struct {
	Location
	Hash    Hash   // content; zero when the file could not be read
	Invalid string // reason, when the content is no usable picture
}

// locationColumns are the columns that locationTargets reads, in its order.
const locationColumns = `l.id, l.path, l.kind, l.container, l.root, l.size, l.mtime, l.inode, coalesce(l.image, 0), l.label, l.subject, l.source,
	l.generator, l.prompt, l.seed, l.url, l.licence, l.extra, l.problem, l.seen, l.gone`

func locationTargets(l *Location) (targets []any, finish func() error) {
	var extra, seen, gone string
	var inode int64
	o := &l.Origin
	targets = []any{&l.ID, &l.Path, &l.Kind, &l.Container, &l.Root, &l.Size, &l.ModTime, &inode, &l.Image, &o.Label, &o.Subject, &o.Source,
		&o.Generator, &o.Prompt, &o.Seed, &o.URL, &o.Licence, &extra, &l.Problem, &seen, &gone}
	return targets, func() (err error) {
		l.Inode = uint64(inode)
		if o.Extra, err = readObject(extra); err != nil {
			return err
		}
		if l.Seen, err = unstamp(seen); err != nil {
			return err
		}
		l.Gone, err = unstamp(gone)
		return err
	}
}

func scanLocation(r *sql.Rows) (l Location, err error) {
	targets, finish := locationTargets(&l)
	if err := r.Scan(targets...); err != nil {
		return l, err
	}
	return l, finish()
}

func scanKnown(r *sql.Rows) (k Known, err error) {
	targets, finish := locationTargets(&k.Location)
	if err := r.Scan(append(targets, &k.Hash, &k.Invalid)...); err != nil {
		return k, err
	}
	return k, finish()
}

// KnownUnder returns the locations at path or beneath it, by stored path: folders by path boundary ("/a/b" is not under "/a/bc"), members
// under their archive. There is at most one live location a path; where it is gone, the one that left last.
func (c *Catalog) KnownUnder(ctx context.Context, path string) (map[string]Known, error) {
	out := make(map[string]Known)
	where, args := atOrBeneath(path)
	// A live location's gone is the empty text, so that it comes first, and those that left come oldest first: the last of them, or the
	// live one, stays in the map.
	err := each(ctx, c.read, func(r *sql.Rows) error {
		k, err := scanKnown(r)
		if old, ok := out[k.Path]; !ok || !old.Gone.IsZero() {
			out[k.Path] = k
		}
		return err
	}, `SELECT `+locationColumns+`, i.sha256, coalesce(i.invalid, '') FROM location l LEFT JOIN image i ON i.id = l.image
		WHERE `+where+" ORDER BY l.path, l.gone", args...)
	return out, c.fault(err)
}

// Locations returns where these images are and were: live ones first, then by number. One query for all.
func (c *Catalog) Locations(ctx context.Context, images ...ImageID) (map[ImageID][]Location, error) {
	out := make(map[ImageID][]Location)
	ls, err := collect(ctx, c.read, scanLocation, `SELECT `+locationColumns+` FROM location l
		WHERE l.image IN (SELECT value FROM json_each(?)) ORDER BY l.image, l.gone <> '', l.id`, list(images))
	for _, l := range ls {
		out[l.Image] = append(out[l.Image], l)
	}
	return out, c.fault(err)
}
