package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/stage"
)

// site is a page over a catalogue of drawn pictures.
type site struct {
	t    testing.TB
	c    *catalog.Catalog
	s    *Server
	h    http.Handler
	dir  string
	ids  []catalog.ImageID
	host string
}

const testHost = "127.0.0.1:8420"

// newSite draws pictures, one for each name, and records them.
func newSite(t testing.TB, names ...string) *site {
	t.Helper()
	dir := t.TempDir()
	c, err := catalog.Create(t.Context(), filepath.Join(dir, "curate.db"))
	if err != nil {
		t.Fatal(err)
	}
	x := &site{t: t, c: c, dir: dir, host: testHost}
	for i, name := range names {
		x.add(name, uint64(i), catalog.Origin{Label: "real", Subject: "car"})
	}
	view, err := catalog.NewView(dir)
	if err != nil {
		t.Fatal(err)
	}
	env := &stage.Env{Catalog: c, Cache: c.CacheDir()}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if x.s, err = New(context.Background(), Options{Env: env, View: view, Addr: testHost, Log: log}); err != nil {
		t.Fatal(err)
	}
	x.h = x.s.Handler()
	t.Cleanup(func() {
		if err := x.s.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// add draws a picture into a file and records it.
func (x *site) add(name string, seed uint64, o catalog.Origin) {
	x.t.Helper()
	data, err := edit.EncodeJPEG(scene.Render(seed, 64, 48), 90)
	if err != nil {
		x.t.Fatal(err)
	}
	path, err := catalog.Canonical(filepath.Join(x.dir, name))
	if err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		x.t.Fatal(err)
	}
	r, err := x.c.Record(x.t.Context(), []catalog.Sighting{{
		Path: path, Kind: catalog.KindFile, Root: x.dir, Size: int64(len(data)), Origin: o,
		Content: &catalog.Content{Hash: sha256.Sum256(data), Bytes: int64(len(data)), Format: "jpeg", Width: 64, Height: 48, Frames: 1, Bits: 8, Mode: "rgb"},
	}})
	if err != nil {
		x.t.Fatal(err)
	}
	x.ids = append(x.ids, r[0].Image)
}

// cluster puts images into a cluster of copies, by their place in ids; the first is the keeper.
func (x *site) clusters(groups ...[]int) {
	x.t.Helper()
	x.clustersOf(catalog.CopyPair, 1, groups...)
}

// clustersOf is clusters of either kind, keep members of each stay.
func (x *site) clustersOf(kind catalog.PairKind, keep int, groups ...[]int) {
	x.t.Helper()
	m := catalog.Marks{Kind: kind, Threshold: .9}
	var pairs []catalog.Pair
	for k, group := range groups {
		c := catalog.Cluster{Kind: kind, Rule: "larger", Keep: keep}
		for i, at := range group {
			similarity := 1.0
			if i > 0 {
				similarity = .91 + .02*float64(k)
				pairs = append(pairs, catalog.Pair{A: min(x.ids[group[0]], x.ids[at]), B: max(x.ids[group[0]], x.ids[at]), Score: similarity,
					Cosine: .8, HashDistance: 4, Orientation: 1, By: catalog.ByViT})
			}
			c.Members = append(c.Members, catalog.Member{Image: x.ids[at], Similarity: similarity, Reason: "smaller"})
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
	if _, err := x.c.ReplaceMarks(x.t.Context(), "curate dedup", m); err != nil {
		x.t.Fatal(err)
	}
}

// do sends a request and returns status and body.
func (x *site) do(r *http.Request) (int, string) {
	x.t.Helper()
	r.Host = x.host
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (x *site) get(path string) (int, string) {
	x.t.Helper()
	return x.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends JSON and reads the answer's fields.
func (x *site) post(path string, body any) (int, map[string]any) {
	x.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(data))
	r.Header.Set("Content-Type", "application/json")
	status, text := x.do(r)
	var said map[string]any
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		x.t.Fatalf("%s answered %d %q", path, status, text)
	}
	return status, said
}

// firstCluster is the cluster that review shows first, with its fingerprint.
func (x *site) firstCluster() (id catalog.ClusterID, seen string) {
	x.t.Helper()
	q, err := x.s.queue(x.t.Context(), catalog.CopyPair)
	if err != nil || len(q.items) == 0 {
		x.t.Fatalf("no cluster to review (%v)", err)
	}
	c, err := x.s.cluster(x.t.Context(), q.items[0].Cluster)
	if err != nil {
		x.t.Fatal(err)
	}
	return c.ID, c.Seen
}

func (x *site) status(at int) catalog.Status {
	x.t.Helper()
	im, err := x.c.ImageByID(x.t.Context(), x.ids[at])
	if err != nil {
		x.t.Fatal(err)
	}
	return im.Status
}
