package catalog

import (
	"context"
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

// MemberPath is the stored path of a member of an archive.
func MemberPath(container, member string) string { return container + "/" + member }

// Known is what ingest must know of a location to pass over it.
type Known struct {
	Location
	Hash    Hash   // content; zero when the file could not be read
	Invalid string // reason, when the content is no usable picture
}

// KnownUnder returns the locations at path or beneath it, by stored path: folders by path boundary ("/a/b" is not under "/a/bc"), members
// under their archive. There is at most one live location a path; where it is gone, the one that left last.
func (c *Catalog) KnownUnder(ctx context.Context, path string) (map[string]Known, error) {
	return nil, errUnwritten
}

// Locations returns where these images are and were: live ones first, then by number. One query for all.
func (c *Catalog) Locations(ctx context.Context, images ...ImageID) (map[ImageID][]Location, error) {
	return nil, errUnwritten
}
