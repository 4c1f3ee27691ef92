package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/stage"
)

// Options say what a server shows, and to whom.
type Options struct {
	Env   *stage.Env   // with a catalogue that was opened for reading and writing
	View  catalog.View // how paths are shown
	Addr  string       // host:port that is listened on
	Token string       // who has not got it is refused; "" on loopback, where nobody else comes
	Log   *slog.Logger // faults of the server itself
}

// Server answers the requests of one catalogue's page. It must be closed.
type Server struct {
	env   *stage.Env
	view  catalog.View
	hosts []string
	token string
	users []int // of this machine, who may open a page without a token
	log   *slog.Logger

	pages     *pages
	pictures  *stage.Viewer
	overlays  *stage.Overlays
	looker    *looker
	watch     *catalog.Watch
	jobs      *jobs
	steps     thresholdSteps
	bins      pairCounts
	memo      memo
	runs      *stage.Runs
	models    *stage.Tryout // asked about single pictures
	searcher  *stage.Searcher
	recording recording
	uploads   *imageio.Gate // for pictures that are sent, while they are in memory

	queues sync.Mutex // guards queued
	queued map[catalog.PairKind]queue
}

// New makes a server for an open catalogue.
func New(ctx context.Context, o Options) (*Server, error) {
	p, err := newPages()
	if err != nil {
		return nil, err
	}
	watch, err := o.Env.Catalog.Watch(ctx)
	if err != nil {
		return nil, err
	}
	pictures := stage.NewViewer(o.Env)
	return &Server{
		env: o.Env, view: o.View, hosts: hostsOf(o.Addr), token: o.Token, users: ownUsers(), log: o.Log,
		pages: p, pictures: pictures, overlays: stage.NewOverlays(pictures), looker: newLooker(), watch: watch, queued: map[catalog.PairKind]queue{},
		jobs: newJobs(), runs: stage.NewRuns(o.Env), models: stage.NewTryout(o.Env), searcher: stage.NewSearcher(o.Env), uploads: imageio.NewGate(uploadRoom),
	}, nil
}

// Close frees what the server holds; the catalogue stays open.
func (s *Server) Close() error {
	s.looker.close()
	s.jobs.close()
	return errors.Join(s.pictures.Close(), s.watch.Close(), s.models.Close(), s.searcher.Close())
}

// Handler returns what answers the requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page(s.overview))
	mux.HandleFunc("GET /duplicates", s.page(s.duplicates))
	mux.HandleFunc("GET /duplicates/bulk", s.page(s.bulk))
	mux.HandleFunc("GET /duplicates/{id}", s.page(s.duplicates))
	mux.HandleFunc("GET /card/{id}", s.page(s.card))
	mux.HandleFunc("GET /issues", s.page(s.issues))
	mux.HandleFunc("GET /outliers", s.page(s.outliers))
	mux.HandleFunc("GET /labels", s.page(s.labels))
	mux.HandleFunc("GET /labels/mislabels", s.page(s.mislabels))
	mux.HandleFunc("GET /browse", s.page(s.browse))
	mux.HandleFunc("GET /image/{id}", s.page(s.image))
	mux.HandleFunc("GET /journal", s.page(s.journal))
	mux.HandleFunc("GET /runs", s.page(s.runList))
	mux.HandleFunc("GET /runs/compare", s.page(s.compareRuns))
	mux.HandleFunc("GET /runs/{id}", s.page(s.run))
	mux.HandleFunc("GET /runs/{id}/live", s.page(s.live))
	mux.HandleFunc("GET /runs/{id}/pictures", s.page(s.runPictures))
	mux.HandleFunc("GET /runs/{id}/try", s.page(s.tryImage))
	mux.HandleFunc("POST /runs/{id}/try", uploads(s.page(s.tryUpload)))
	s.runsAPI(mux)
	s.searchRoutes(mux)
	s.listsAPI(mux)
	mux.HandleFunc("GET /thumb/{id}/{hash}", s.thumb)
	mux.HandleFunc("GET /picture/{id}/{hash}", s.picture)
	mux.HandleFunc("GET /static/{version}/{name}", s.pages.static)
	s.api(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problem{http.StatusNotFound, "There is no such page", "The menu leads to all there are."})
	})
	return s.guard(mux)
}
