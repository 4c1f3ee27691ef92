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
	w := ingest.Walker{Owned: e.Catalog.Owns}
	err = w.Walk(ctx, roots, func(f ingest.File) error {
		switch {
		case f.Kind == ingest.Folder:
			g.reject(f.Path, "folder "+f.Problem)
		case f.Problem != "" && imageio.NamedLikePicture(f.Path):
			g.reject(f.Path, f.Problem)
		case f.Kind == ingest.Special, f.Problem != "":
			g.pass(f)
		case f.Kind == ingest.Container:
			return g.archive(ctx, f)
		default:
			g.file(f)
		}
		return nil
	})
	return g, err
}

func (g *given) reject(path, why string) {
	g.unusable = append(g.unusable, UnusableInput{path, why})
}

func (g *given) take(p catalog.Place, rel string) {
	g.pictures = append(g.pictures, givenPicture{p, rel})
}

// pass passes over a file that is no picture, unless the user has named it.
func (g *given) pass(f ingest.File) {
	if f.Rel == "" {
		g.reject(f.Path, "it is no picture")
		return
	}
	g.other++
}

func (g *given) file(f ingest.File) {
	file, err := os.Open(f.Path)
	if err != nil {
		g.reject(f.Path, ingest.Reason(err))
		return
	}
	defer file.Close()
	head, err := readUpTo(file, nil, imageio.HeadSize)
	switch {
	case err != nil:
		g.reject(f.Path, ingest.Reason(err))
	case worthReading(head, f.Path):
		g.take(catalog.Place{Path: f.Path, Kind: catalog.KindFile}, f.Rel)
	default:
		g.pass(f)
	}
}

func (g *given) archive(ctx context.Context, f ingest.File) error {
	a, err := ingest.OpenArchive(f.Path)
	switch {
	case errors.Is(err, ingest.ErrNotContainer):
		g.file(f)
		return nil
	case err != nil:
		g.reject(f.Path, ingest.Reason(err))
		return nil
	}
	defer a.Close()
	before := len(g.pictures) + len(g.unusable)
	for m, err := range a.Members(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			g.reject(f.Path, "archive: "+err.Error())
			break
		}
		if !(*ingest.Excluder)(nil).SkipsMember(f.Rel, m.Name) {
			g.member(f, m)
		}
	}
	if f.Rel == "" && len(g.pictures)+len(g.unusable) == before {
		g.reject(f.Path, "it holds no pictures")
	}
	return nil
}

func (g *given) member(f ingest.File, m ingest.Member) {
	at := catalog.MemberPath(f.Path, m.Name)
	head, err := memberHead(m)
	switch {
	case err != nil && imageio.NamedLikePicture(m.Name):
		g.reject(at, err.Error())
	case err == nil && worthReading(head, m.Name):
		g.take(catalog.Place{Path: at, Kind: catalog.KindMember, Container: f.Path}, path.Join(f.Rel, m.Name))
	default:
		g.other++
	}
}

func memberHead(m ingest.Member) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readUpTo(r, nil, imageio.HeadSize)
}
