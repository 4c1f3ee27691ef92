package stage

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
)

// originals reads files that ingest has recorded, and makes sure that they still
// hold what was recorded: what is found out about a picture is kept under its
// content. It must be closed. Its methods may be called from several goroutines.
type originals struct{ files *ingest.Reader }

func newOriginals() originals {
	return originals{ingest.NewReader(imageio.DefaultLimits.MaxBytes)}
}

func (o originals) Close() error { return o.files.Close() }

var (
	errChanged = errors.New("changed since it was ingested; run `curate ingest` again")
	errNowhere = errors.New("it is in no place any more; run `curate ingest` again")
)

// read returns the recorded content of an image, from the first of its places that
// has it. Of a picture without a hash nothing is recorded: any content will do. The
// error says why there is none and names no file: the caller does, as it shows paths.
func (o originals) read(w catalog.Work) ([]byte, error) {
	if w.Path == "" {
		return nil, errNowhere
	}
	data, err := o.readAt(w.Place, w.Hash)
	for _, p := range w.Others {
		if err == nil {
			return data, nil
		}
		if other, otherErr := o.readAt(p, w.Hash); otherErr == nil {
			return other, nil
		}
	}
	if err != nil && len(w.Others) > 0 {
		err = fmt.Errorf("%w; nor can it be read from %d other places", err, len(w.Others))
	}
	return data, err
}

func (o originals) readAt(p catalog.Place, want catalog.Hash) ([]byte, error) {
	data, err := o.files.Read(p.Path, p.Container)
	var pathErr *fs.PathError
	switch {
	case errors.As(err, &pathErr):
		return nil, pathErr.Err
	case err == nil && !want.IsZero() && sha256.Sum256(data) != want:
		return nil, errChanged
	}
	return data, err
}
