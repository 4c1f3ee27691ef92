package stage

import (
	"context"
	"errors"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/progress"
)

// Searcher finds the images of a catalogue by words and by likeness. It must be closed. Its methods may be called from several goroutines.
type Searcher struct {
	env   *Env
	index *search.Index
	follow
	likeness
}

// NewSearcher makes one. It opens nothing yet. An index of the words is kept in the cache folder, which may be deleted at any time.
func NewSearcher(e *Env) *Searcher {
	own := *e
	if own.Notice == nil {
		own.Notice = func(string, ...any) {}
	}
	s := &Searcher{env: &own, index: search.Open(e.Catalog, e.Cache), likeness: likeness{gate: imageio.NewGate(decodeMemory)}}
	s.follow.start()
	return s
}

// Close ends what is under way, and closes the index and the encoder.
func (s *Searcher) Close() error {
	s.follow.end()
	return errors.Join(s.likeness.close(), s.index.Close())
}

// SearchHit is an image that was found.
type SearchHit struct {
	Path     *string          `json:"path"`  // null: all of its places were forgotten
	Score    float64          `json:"score"` // 0 to 1
	ID       catalog.ImageID  `json:"id"`
	Status   catalog.Status   `json:"status"`
	Label    *string          `json:"label"`
	Subject  *string          `json:"subject"`
	Excerpts []search.Excerpt `json:"excerpts"` // where the words are; none of a search by likeness
	row      catalog.Row
}

// Row is the image with all that lists show of it.
func (h SearchHit) Row() catalog.Row { return h.row }

// SearchFound is what a search by words found.
type SearchFound struct {
	Hits   []SearchHit
	Total  int
	Facets map[string][]search.Count
}

// Words finds images by words, in what is indexed: see Update and CatchUp. Without a limit all are found. A *search.QueryError says what is wrong with a query.
func (s *Searcher) Words(ctx context.Context, r search.Request, v catalog.View) (SearchFound, error) {
	if r.Limit == 0 {
		n, err := s.index.Images()
		if err != nil {
			return SearchFound{}, err
		}
		r.Limit = n
	}
	found, err := s.index.Find(ctx, r)
	if err != nil {
		return SearchFound{}, err
	}
	ids, scores := make([]catalog.ImageID, len(found.Hits)), make([]float64, len(found.Hits))
	for i, h := range found.Hits {
		ids[i], scores[i] = h.Image, h.Score
	}
	hits, err := s.describe(ctx, ids, scores, v)
	if err != nil {
		return SearchFound{}, err
	}
	places, err := s.env.Catalog.Locations(ctx, ids...)
	for i, h := range hits {
		for k, l := range places[h.ID] {
			places[h.ID][k].Path = v.Show(l.Path)
		}
		hits[i].Excerpts = append(hits[i].Excerpts, found.Marker.Excerpts(h.row, places[h.ID])...)
	}
	return SearchFound{hits, found.Total, found.Facets}, err
}

// describe makes hits of images, in their order. Those that the catalogue does not have any more are left out.
func (s *Searcher) describe(ctx context.Context, ids []catalog.ImageID, scores []float64, v catalog.View) ([]SearchHit, error) {
	rows := make(map[catalog.ImageID]catalog.Row, len(ids))
	for row, err := range s.env.Catalog.Images(ctx, catalog.Filter{IDs: append([]catalog.ImageID{}, ids...)}) {
		if err != nil {
			return nil, err
		}
		rows[row.ID] = row
	}
	hits := []SearchHit{}
	for i, id := range ids {
		if row, there := rows[id]; there {
			hits = append(hits, SearchHit{Path: orNull(v.Show(row.Path)), Score: scores[i], ID: id, Status: row.Status, Label: orNull(row.Label),
				Subject: orNull(row.Subject), Excerpts: []search.Excerpt{}, row: row})
		}
	}
	return hits, nil
}

// How long a command waits for another process that is indexing: a little where there is something to search, longer where there is not.
const (
	indexPatience = 3 * time.Second
	firstPatience = 10 * time.Minute
)

// Update brings the index up to date and shows how far it is. While another process does it, what is there will do, and a notice says so.
func (s *Searcher) Update(ctx context.Context) error {
	err := s.update(ctx, indexPatience)
	if !errors.Is(err, search.ErrBusy) {
		return err
	}
	if n, err := s.index.Images(); err != nil || n > 0 {
		s.env.Notice("another process is indexing; what is new may be missing here")
		return err
	}
	s.env.Notice("waiting for another process that is indexing")
	if err = s.update(ctx, firstPatience); errors.Is(err, search.ErrBusy) {
		err = s.update(ctx, search.NoWait)
	}
	return err
}

func (s *Searcher) update(ctx context.Context, patience time.Duration) error {
	report, done := s.env.reportIndexing()
	defer done()
	_, err := s.index.Update(ctx, patience, report)
	return err
}

// reportIndexing shows progress from the first report on; the caller calls done in the end.
func (e *Env) reportIndexing() (report func(n, of int), done func()) {
	var task *progress.Task
	at, finish := 0, func() {}
	report = func(n, of int) {
		if task == nil {
			task = e.Progress.Start("index", int64(of), "images")
			finish = task.Done
		}
		task.Add(int64(n - at))
		at = n
	}
	return report, func() { finish() }
}
