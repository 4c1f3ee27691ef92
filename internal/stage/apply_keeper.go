package stage

import (
	"context"
	"fmt"
	"os"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
)

// keeperCheck makes sure, before the file of a removed image leaves, that the image that is
// kept in its place is still somewhere: what the catalogue says of the disk may be old, and
// the last copy of a picture must not leave as the copy of one that has gone.
type keeperCheck struct {
	catalog *catalog.Catalog
	seen    *ingest.Memory // archives as they were ingested
	files   originals
	why     map[catalog.ImageID]string // of keepers that were looked for
}

func newKeeperCheck(e *Env) *keeperCheck {
	return &keeperCheck{e.Catalog, ingest.LoadMemory(e.Cache), newOriginals(), map[catalog.ImageID]string{}}
}

func (k *keeperCheck) Close() error { return k.files.Close() }

// missing says why a removed image has to stay; "" = it may leave.
func (k *keeperCheck) missing(ctx context.Context, image catalog.ImageID) (why string, err error) {
	keeper, err := k.catalog.StandsFor(ctx, image)
	if err != nil || keeper == 0 {
		return "", err
	}
	why, known := k.why[keeper]
	if !known {
		if why, err = k.look(ctx, keeper); err != nil {
			return "", err
		}
		k.why[keeper] = why
	}
	return why, nil
}

// look looks for a keeper in all its places.
func (k *keeperCheck) look(ctx context.Context, keeper catalog.ImageID) (why string, err error) {
	found, err := k.catalog.Works(ctx, keeper)
	if err != nil {
		return "", err
	}
	w, somewhere := found[keeper]
	if !somewhere {
		return fmt.Sprintf("image %d, which is kept in its place, is nowhere any more: run `curate ingest` first", keeper), nil
	}
	for _, p := range append([]catalog.Place{w.Place}, w.Others...) {
		if k.unchanged(p) {
			return "", nil
		}
	}
	if _, err := k.files.read(w); err != nil {
		return fmt.Sprintf("%s, which is kept in its place, is not there as it was recorded: run `curate ingest` first", w.Path), nil
	}
	return "", nil
}

// unchanged tells whether a place is as it was recorded, without reading it.
func (k *keeperCheck) unchanged(p catalog.Place) bool {
	path := p.Path
	if p.Container != "" {
		path = p.Container
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	stat := ingest.StatOf(info)
	if p.Container != "" {
		_, same := k.seen.Archive(ingest.File{Path: path, Stat: stat})
		return same
	}
	return stat == ingest.Stat{Size: p.Size, ModTime: p.ModTime, Identity: p.Inode}
}
