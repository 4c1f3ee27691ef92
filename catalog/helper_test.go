package catalog

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"iter"
	"path/filepath"
	"testing"
)

// fresh is an empty catalogue in a folder of its own.
func fresh(t testing.TB) *Catalog {
	t.Helper()
	c, err := Create(t.Context(), filepath.Join(t.TempDir(), "curate.db"))
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

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// all collects a sequence.
func all[T any](t testing.TB, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// content is a picture's facts, different for every name.
func content(name string) *Content {
	return &Content{Hash: sha256.Sum256([]byte(name)), Bytes: int64(1000 + len(name)), Format: "jpeg", Width: 640, Height: 480, Frames: 1, Bits: 8,
		Mode: "rgb", PHash: &PHash{1, 2, 3, 4, 5, 6, 7, 1 << 63}, PHashVersion: 1, Metadata: map[string]any{"camera": "X100"}}
}

// sight is a file with the content of a name.
func sight(path, name string, o Origin) Sighting {
	return Sighting{Path: path, Kind: KindFile, Root: "/heap", Size: int64(1000 + len(name)), ModTime: 1700000000123456789, Inode: 1 << 63, Origin: o,
		Content: content(name)}
}

// record records sightings and returns the answers.
func record(t testing.TB, c *Catalog, s ...Sighting) []Recorded {
	t.Helper()
	return must(c.Record(t.Context(), s))(t)
}

// heap records n images /heap/000.jpg, ... with one location each, and returns their numbers.
func heap(t testing.TB, c *Catalog, n int) []ImageID {
	t.Helper()
	var s []Sighting
	for i := range n {
		s = append(s, sight(fmt.Sprintf("/heap/%03d.jpg", i), fmt.Sprint("image", i), Origin{Label: "real"}))
	}
	ids := make([]ImageID, n)
	for i, r := range record(t, c, s...) {
		ids[i] = r.Image
	}
	return ids
}

// status is the status and reason of an image, as a sentence.
func status(t testing.TB, c *Catalog, id ImageID) string {
	t.Helper()
	im := must(c.ImageByID(t.Context(), id))(t)
	text := im.Reason.Text(func(p string) string { return p })
	if text == "" {
		return string(im.Status)
	}
	return string(im.Status) + ": " + text
}

// cluster is a cluster of copies, the keeper first, everyone at similarity 0.97 to it.
func cluster(ids ...ImageID) Cluster {
	c := Cluster{Kind: CopyPair, Rule: "larger"}
	for i, id := range ids {
		m := Member{Image: id, Similarity: 0.97, Reason: "smaller"}
		if i == 0 {
			m.Similarity, m.Reason = 1, "larger"
		}
		c.Members = append(c.Members, m)
	}
	return c
}

// dedup puts clusters and pairs in place.
func dedup(t testing.TB, c *Catalog, pairs []Pair, cs ...Cluster) MarkCounts {
	t.Helper()
	m := Marks{Kind: CopyPair, Threshold: 0.9, Clusters: cs, Pairs: func(yield func(Pair) bool) {
		for _, p := range pairs {
			if !yield(p) {
				return
			}
		}
	}}
	return must(c.ReplaceMarks(t.Context(), "curate dedup", m))(t)
}

// decide records one verdict.
func decided(t testing.TB, c *Catalog, d Decision) StepID {
	t.Helper()
	step, _, err := c.Decide(t.Context(), "curate "+string(d.Kind), []Decision{d})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// settled settles every image and says how many changed.
func settled(t testing.TB, c *Catalog) (changed int) {
	t.Helper()
	err := c.update(t.Context(), func(tx *sql.Tx) (err error) {
		changed, err = settleAll(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
