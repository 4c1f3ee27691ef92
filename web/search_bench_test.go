package web

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/stage"
)

// BenchmarkSearch asks the page of a catalogue of 100,000 rows with embeddings, or of so many as CURATE_BENCH_IMAGES says: docs/search-text.md
// has the figures.
//
//	go test ./web -run '^$' -bench Search -benchtime 1x
func BenchmarkSearch(b *testing.B) {
	b.Setenv(runtimelib.Env, orttest.Open(b).Path())
	n := 100_000
	if text := os.Getenv("CURATE_BENCH_IMAGES"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	x := newSite(b, "a.jpg")
	x.vectors(n)
	for b.Loop() {
		x.asked("/search?q=car")
		x.asked("/search?like=99") // loads all descriptors
		for !x.done() {
			time.Sleep(100 * time.Millisecond)
		}
		for _, q := range []string{"car", "violet+ship", "%2Bred+%2Bcar+-photograph", "%22by+the+sea%22", "number", "car&label=ai&generator=sdxl"} {
			for range 3 {
				x.asked("/search?q=" + q)
			}
		}
		for id := range 3 {
			x.asked(fmt.Sprint("/search?like=", 100+id))
		}
		for range 3 {
			x.add(fmt.Sprintf("new%d.jpg", time.Now().UnixNano()), 1, catalog.Origin{Prompt: "a new whale"})
			x.asked("/search?q=whale")
		}
	}
}

func (x *site) asked(address string) {
	x.t.Helper()
	began, spent := time.Now(), processorTime(x.t)
	if status, text := x.get(address); status != http.StatusOK {
		x.t.Fatalf("%s: %d %.300s", address, status, text)
	}
	fmt.Printf("%-50s %8.1f ms, processor %8.1f ms\n", address, float64(time.Since(began).Microseconds())/1e3, 1e3*(processorTime(x.t)-spent))
}

// processorTime is what this process has taken, in seconds: on a busy machine it says more than the clock.
func processorTime(t testing.TB) float64 {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func (x *site) done() bool {
	x.t.Helper()
	state, err := x.s.searcher.CatchUp(x.t.Context())
	if err != nil || state.Problem != "" {
		x.t.Fatal(state.Problem, err)
	}
	return !state.Working
}

// rows records images that are not there.
func (x *site) rows(n int) {
	colours, things := []string{"red", "green", "violet", "golden"}, []string{"car", "tree", "ship", "house", "dog"}
	where := []string{"at sunset", "by the sea", "in the fog", "under an old bridge"}
	for at := 0; at < n; at += 1000 {
		var some []catalog.Sighting
		for i := at; i < min(at+1000, n); i++ {
			thing := things[i%len(things)]
			path := fmt.Sprintf("%s/raw/%s/IMG_%06d.jpg", x.dir, thing, i)
			o := catalog.Origin{Label: []string{"ai", "real"}[i%2], Subject: thing, Source: fmt.Sprint("crawl-", i%12), Generator: []string{"sdxl", "", "flux", ""}[i%4],
				Prompt: fmt.Sprintf("a %s %s %s, 35mm photograph, number %d", colours[i/5%4], thing, where[i/20%4], i)}
			some = append(some, catalog.Sighting{Path: path, Kind: catalog.KindFile, Root: x.dir, Size: 1000, Origin: o, Content: &catalog.Content{
				Hash: sha256.Sum256([]byte(path)), Bytes: 1000, Format: "jpeg", Width: 640, Height: 480, Frames: 1, Bits: 8, Mode: "rgb"}})
		}
		r, err := x.c.Record(x.t.Context(), some)
		if err != nil {
			x.t.Fatal(err)
		}
		for _, row := range r {
			x.ids = append(x.ids, row.Image)
		}
	}
}

// vectors makes so many rows, each with the embedding of something.
func (x *site) vectors(n int) {
	o, err := stage.Balanced.Embedding("")
	if err != nil {
		x.t.Fatal(err)
	}
	env := *x.s.env
	env.Notice = func(string, ...any) {}
	// The space is made with the one picture that is there.
	if _, err := stage.EnsureEmbeddings(x.t.Context(), &env, o); err != nil {
		x.t.Fatal(err)
	}
	spaces, err := x.c.Spaces(x.t.Context())
	if err != nil || len(spaces) == 0 {
		x.t.Fatal("no space", err)
	}
	x.rows(n)
	random := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < len(x.ids); at += 1000 {
		var some []catalog.Vector
		for _, id := range x.ids[at:min(at+1000, len(x.ids))] {
			v := catalog.Vector{Image: id, Values: make([]float32, spaces[0].Dim)}
			for k := range v.Values {
				v.Values[k] = float32(random.NormFloat64())
			}
			some = append(some, v)
		}
		if err := x.c.SaveVectors(x.t.Context(), spaces[0].ID, some); err != nil {
			x.t.Fatal(err)
		}
	}
}
