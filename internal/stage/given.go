package stage

import (
	"context"
	"errors"
	"os"
	"path"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
)

// given are the pictures among files that a user names to have them judged. They
// need not be in the catalogue.
type given struct {
	pictures []givenPicture
	other    int             // files that are no pictures
	unusable []UnusableInput // what cannot be read, and what was named and is no picture
}

type givenPicture struct {
	catalog.Place
	rel string // the way from what was named, "" for a file that was
}

// findGiven looks for pictures as ingest does: by content, in folders with all that
// lies below them, and in archives.
func findGiven(ctx context.Context, e *Env, paths ...string) (*given, error) {
	roots, err := ingest.Roots(paths, catalog.Canonical)
	if err != nil {
		return nil, err
	}
	g := &given{unusable: []UnusableInput{}}
	f := &finder{
		picture:  func(p givenPicture) error { g.pictures = append(g.pictures, p); return nil },
		unusable: func(u UnusableInput) error { g.unusable = append(g.unusable, u); return nil },
	}
	err = f.find(ctx, e, roots)
	g.other = f.other
	return g, err
}

// finder looks for pictures and tells of each as it is found, in the order of names.
type finder struct {
	picture  func(givenPicture) error
	unusable func(UnusableInput) error
	told     int // pictures and unusable ones
	other    int // files that are no pictures
}

func (g *finder) find(ctx context.Context, e *Env, roots []ingest.Root) error {
	w := ingest.Walker{Owned: e.Catalog.Owns}
	return w.Walk(ctx, roots, func(f ingest.File) error {
		switch {
		case f.Kind == ingest.Folder:
			return g.reject(f.Path, "folder "+f.Problem)
		case f.Problem != "" && imageio.NamedLikePicture(f.Path):
			return g.reject(f.Path, f.Problem)
		case f.Kind == ingest.Special, f.Problem != "":
			return g.pass(f)
		case f.Kind == ingest.Container:
			return g.archive(ctx, f)
		}
		return g.file(f)
	})
}

func (g *finder) reject(path, why string) error {
	g.told++
	return g.unusable(UnusableInput{path, why})
}

func (g *finder) take(p catalog.Place, rel string) error {
	g.told++
	return g.picture(givenPicture{p, rel})
}

// pass passes over a file that is no picture, unless the user has named it.
func (g *finder) pass(f ingest.File) error {
	if f.Rel == "" {
		return g.reject(f.Path, "it is no picture")
	}
	g.other++
	return nil
}

func (g *finder) file(f ingest.File) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return g.reject(f.Path, ingest.Reason(err))
	}
	defer file.Close()
	head, err := readUpTo(file, nil, imageio.HeadSize)
	switch {
	case err != nil:
		return g.reject(f.Path, ingest.Reason(err))
	case worthReading(head, f.Path):
		return g.take(catalog.Place{Path: f.Path, Kind: catalog.KindFile}, f.Rel)
	}
	return g.pass(f)
}

func (g *finder) archive(ctx context.Context, f ingest.File) error {
	a, err := ingest.OpenArchive(f.Path)
	switch {
	case errors.Is(err, ingest.ErrNotContainer):
		return g.file(f)
	case err != nil:
		return g.reject(f.Path, ingest.Reason(err))
	}
	defer a.Close()
	before := g.told
	for m, err := range a.Members(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if err := g.reject(f.Path, "archive: "+err.Error()); err != nil {
				return err
			}
			break
		}
		if (*ingest.Excluder)(nil).SkipsMember(f.Rel, m.Name) {
			continue
		}
		if err := g.member(f, m); err != nil {
			return err
		}
	}
	if f.Rel == "" && g.told == before {
		return g.reject(f.Path, "it holds no pictures")
	}
	return nil
}

func (g *finder) member(f ingest.File, m ingest.Member) error {
	at := catalog.MemberPath(f.Path, m.Name)
	head, err := memberHead(m)
	switch {
	case err != nil && imageio.NamedLikePicture(m.Name):
		return g.reject(at, err.Error())
	case err == nil && worthReading(head, m.Name):
		return g.take(catalog.Place{Path: at, Kind: catalog.KindMember, Container: f.Path}, path.Join(f.Rel, m.Name))
	}
	g.other++
	return nil
}

func memberHead(m ingest.Member) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readUpTo(r, nil, imageio.HeadSize)
}
