package search

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/curate/curate/catalog"
)

// newCatalog is an empty catalogue in a folder of its own.
func newCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Create(t.Context(), filepath.Join(t.TempDir(), "curate.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// sighting is a file of its own content.
func sighting(path string, o catalog.Origin) catalog.Sighting {
	return catalog.Sighting{Path: path, Kind: catalog.KindFile, Root: "/heap", Size: 1000, Origin: o, Content: &catalog.Content{
		Hash: sha256.Sum256([]byte(path)), Bytes: 1000, Format: "jpeg", Width: 640, Height: 480, Frames: 1, Bits: 8, Mode: "rgb",
		Metadata: map[string]any{"make": "NIKON CORPORATION", "model": "D70", "quality": 75.0, "exif": true},
	}}
}

// record records sightings and returns the numbers of their images.
func record(t testing.TB, c *catalog.Catalog, s ...catalog.Sighting) []catalog.ImageID {
	t.Helper()
	r, err := c.Record(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]catalog.ImageID, len(r))
	for i := range r {
		ids[i] = r[i].Image
	}
	return ids
}

// opened is an index that is up to date.
func opened(t testing.TB, c *catalog.Catalog) *Index {
	t.Helper()
	x := Open(c, c.CacheDir())
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := x.Update(t.Context(), 0, nil); err != nil {
		t.Fatal(err)
	}
	return x
}

var (
	colours  = []string{"red", "green", "blue", "white", "black", "golden", "silver", "violet"}
	subjects = []string{"car", "tree", "bird", "ship", "house", "dog", "boat", "mountain"}
	places   = []string{"at sunset", "in the fog", "under an old bridge", "by the sea", "in a crowded street", "on a winter morning"}
	styles   = []string{"oil painting", "35mm photograph", "watercolour", "studio light", "wide angle", "bokeh", "highly detailed"}
)

// made is the nth of a heap of generated and crawled pictures that are not there.
func made(n int) catalog.Sighting {
	subject := subjects[n%8]
	o := catalog.Origin{Label: "real", Subject: subject, Source: fmt.Sprintf("crawl-%d", n%12), URL: fmt.Sprintf("https://pictures.example/%s/%d?size=large", subject, n),
		Licence: "CC-BY-4.0", Extra: map[string]any{"caption": fmt.Sprintf("%s %s photographed %s", colours[n/8%8], subject, places[n/5%6]), "aesthetic": fmt.Sprintf("%.2f", float64(n%1000)/100)}}
	if n%2 == 0 {
		o = catalog.Origin{Label: "ai", Subject: subject, Source: "generated", Generator: []string{"sd14", "sd15", "sdxl", "flux"}[n/2%4], Seed: fmt.Sprint(n * 7919),
			Prompt: fmt.Sprintf("a %s %s %s, %s, %s, sharp focus, number %d", colours[n/8%8], subject, places[n/3%6], styles[n/7%7], styles[n/11%7], n)}
	}
	return sighting(fmt.Sprintf("/home/anna/pictures/raw/%s/%s/IMG_%06d.jpg", o.Label, subject, n), o)
}

// heap records those from one number up to another.
func heap(t testing.TB, c *catalog.Catalog, from, to int) {
	t.Helper()
	for at := from; at < to; at += 1000 {
		var s []catalog.Sighting
		for n := at; n < min(at+1000, to); n++ {
			s = append(s, made(n))
		}
		record(t, c, s...)
	}
}
