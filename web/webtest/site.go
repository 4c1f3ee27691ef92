// Package webtest serves the page over a catalogue of drawn pictures, for tests in a
// browser and for pictures of the page.
//
// [New] makes an empty site, [Site.Add] draws a picture into it, [Site.Cluster] says which are
// copies of one another, [Site.Serve] starts the server. The marks are planted, not found: what finds
// copies is tested elsewhere.
package webtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/web"
)

// Site is a page over drawn pictures. It must be closed.
type Site struct {
	Dir     string
	Catalog *catalog.Catalog
	URL     string // without a slash at its end; once it is served

	groups   map[catalog.PairKind][]Group
	server   *web.Server
	listener net.Listener
	http     *http.Server
}

// Picture is one picture to be drawn.
type Picture struct {
	Name   string // of the file; .png for a PNG, else it is a JPEG
	Seed   uint64 // of the scene
	Edit   []edit.Edit
	Drawn  *raster.Picture // instead of a scene
	W, H   int             // 0: 320 x 240
	Origin catalog.Origin
}

// Group is a cluster: its images, the keeper first, and how alike the others are to it.
type Group struct {
	Images       []catalog.ImageID
	Similarity   float64
	HashDistance int
	Orientation  int // EXIF: that lays another on the keeper; 0 = upright
	Keep         int // how many stay; 0 = 1
}

// New makes a site in a folder.
func New(ctx context.Context, dir string) (*Site, error) {
	c, err := catalog.Create(ctx, filepath.Join(dir, "curate.db"))
	if err != nil {
		return nil, err
	}
	return &Site{Dir: dir, Catalog: c, groups: map[catalog.PairKind][]Group{}}, nil
}

// Add draws a picture, writes its file and records it.
func (s *Site) Add(ctx context.Context, p Picture) (catalog.ImageID, error) {
	if p.W == 0 {
		p.W, p.H = 320, 240
	}
	drawn := p.Drawn
	if drawn == nil {
		drawn = scene.Render(p.Seed, p.W, p.H)
	}
	for _, e := range p.Edit {
		drawn = e.Apply(edit.NewRand(p.Seed, 1), drawn)
	}
	data, format, err := encode(drawn, p.Name)
	if err != nil {
		return 0, err
	}
	path, err := catalog.Canonical(filepath.Join(s.Dir, p.Name))
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return 0, err
	}
	r, err := s.Catalog.Record(ctx, []catalog.Sighting{{
		Path: path, Kind: catalog.KindFile, Root: s.Dir, Size: int64(len(data)), Origin: p.Origin,
		Content: &catalog.Content{
			Hash: sha256.Sum256(data), Bytes: int64(len(data)), Format: format, Width: drawn.W, Height: drawn.H, Frames: 1, Bits: 8, Mode: "rgb",
			Metadata: map[string]any{"make": "Drawn", "model": "Camera 1", "taken": "2024:05:06 07:08:09"},
		},
	}})
	if err != nil {
		return 0, err
	}
	return r[0].Image, nil
}

func encode(p *raster.Picture, name string) (data []byte, format string, err error) {
	if filepath.Ext(name) == ".png" {
		data, err = edit.EncodePNG(p)
		return data, "png", err
	}
	data, err = edit.EncodeJPEG(p, 90)
	return data, "jpeg", err
}

// Cluster adds clusters of a kind to those that there are.
func (s *Site) Cluster(ctx context.Context, kind catalog.PairKind, groups ...Group) error {
	s.groups[kind] = append(s.groups[kind], groups...)
	m := catalog.Marks{Kind: kind, Threshold: .9}
	var pairs []catalog.Pair
	for _, g := range s.groups[kind] {
		c := catalog.Cluster{Kind: kind, Rule: "larger (320x240 over 160x120)", Keep: g.Keep}
		for i, id := range g.Images {
			member := catalog.Member{Image: id, Similarity: g.Similarity, Reason: "smaller (160x120)"}
			if i == 0 {
				member = catalog.Member{Image: id, Similarity: 1, Reason: "larger (320x240 over 160x120)"}
			} else {
				pairs = append(pairs, g.pair(g.Images[0], id))
			}
			c.Members = append(c.Members, member)
		}
		m.Clusters = append(m.Clusters, c)
	}
	m.Pairs = func(yield func(catalog.Pair) bool) {
		for _, p := range pairs {
			if !yield(p) {
				return
			}
		}
	}
	_, err := s.Catalog.ReplaceMarks(ctx, "curate dedup", m)
	return err
}

// pair is the evidence of two images; the orientation is kept as of the one with the larger number.
func (g Group) pair(keeper, other catalog.ImageID) catalog.Pair {
	turn := max(g.Orientation, 1)
	if keeper > other && (turn == 6 || turn == 8) {
		turn = 14 - turn
	}
	return catalog.Pair{
		A: min(keeper, other), B: max(keeper, other), Score: g.Similarity, Cosine: g.Similarity - .1, HashDistance: g.HashDistance, Orientation: turn,
		By: catalog.ByHash | catalog.ByViT,
	}
}

// Serve starts the server on a free port of this machine.
func (s *Site) Serve(ctx context.Context) error { return s.serve(ctx, "127.0.0.1:0") }

// Again starts it once more on the same port, after Stop.
func (s *Site) Again(ctx context.Context) error { return s.serve(ctx, s.listener.Addr().String()) }

func (s *Site) serve(ctx context.Context, addr string) (err error) {
	if s.listener, err = net.Listen("tcp", addr); err != nil {
		return err
	}
	view, err := catalog.NewView(s.Dir)
	if err != nil {
		return err
	}
	env := &stage.Env{Catalog: s.Catalog, Cache: s.Catalog.CacheDir()}
	o := web.Options{Env: env, View: view, Addr: s.listener.Addr().String(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if s.server, err = web.New(ctx, o); err != nil {
		return err
	}
	s.URL = "http://" + o.Addr
	s.http = &http.Server{Handler: s.server.Handler()}
	go s.http.Serve(s.listener)
	return nil
}

// Stop ends the server, as Ctrl-C does; the catalogue stays open.
func (s *Site) Stop() error {
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	if closeErr := s.server.Close(); err == nil {
		err = closeErr
	}
	s.http = nil
	return err
}

// Close ends the server and closes the catalogue.
func (s *Site) Close() error {
	err := s.Stop()
	if closeErr := s.Catalog.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("close the site: %w", err)
	}
	return nil
}
