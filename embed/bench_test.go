package embed

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// BenchmarkEncode measures the standard encoder on real photos: img/s is the whole
// way from file to vectors, raw-img/s the same number of runs of the model on
// numbers that are there already, overlap the first in parts of the second.
func BenchmarkEncode(b *testing.B) {
	files := photos(b, 200)
	for _, side := range []int{224, 112} {
		b.Run(fmt.Sprint(side), func(b *testing.B) {
			e := standard(b, Options{Resolution: side})
			whole, raw := 0., 0.
			for range b.N {
				whole += rate(len(files), func() { encodeFiles(b, e, files) })
				raw += rate(len(files), func() { runOnly(b, e, len(files)) })
			}
			b.ReportMetric(whole/float64(b.N), "img/s")
			b.ReportMetric(raw/float64(b.N), "raw-img/s")
			b.ReportMetric(whole/raw, "overlap")
		})
	}
}

// BenchmarkBuiltin measures the built-in encoder on small pictures in memory, such as
// ingest leaves them: img/s is the whole way to vectors, raw-img/s the same number of
// runs of the model on numbers that are there already, overlap the first in parts of
// the second. They take turns, since a machine's speed changes.
func BenchmarkBuiltin(b *testing.B) {
	builtIn, err := builtin.Default()
	if err != nil {
		b.Fatal(err)
	}
	small := make([]*raster.Picture, 200)
	for i := range small {
		small[i] = scene.Render(uint64(i), 256, 192)
	}
	in := make([]Item, len(small))
	for i, p := range small {
		in[i] = Item{ID: i, Picture: func() (*raster.Picture, error) { return p, nil }}
	}
	for name, layers := range map[string][]int{"fast": builtIn.Fast, "balanced": builtIn.Balanced} {
		b.Run(name, func(b *testing.B) {
			e := open(b, Options{Encoder: builtIn, NoHead: true, Layers: layers})
			whole, raw := 0., 0.
			for range b.N {
				for range 4 {
					whole += rate(len(in), func() { encode(b, e, in) }) / 4
					raw += rate(len(in), func() { runOnly(b, e, len(in)) }) / 4
				}
			}
			b.ReportMetric(whole/float64(b.N), "img/s")
			b.ReportMetric(raw/float64(b.N), "raw-img/s")
			b.ReportMetric(whole/raw, "overlap")
		})
	}
}

func rate(n int, do func()) float64 {
	start := time.Now()
	do()
	return float64(n) / time.Since(start).Seconds()
}

// photos returns files of the shared pictures.
func photos(b *testing.B, n int) []string {
	b.Helper()
	shared := os.Getenv("CURATE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	var files []string
	err := filepath.WalkDir(filepath.Join(shared, "data", "raw"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < n {
		b.Skip("skipped: no shared pictures (name their folder in CURATE_SHARED)")
	}
	step := len(files) / n
	for i := range n {
		files[i] = files[i*step]
	}
	return files[:n]
}

// standard opens the standard encoder, where `make setup` has brought it.
func standard(b *testing.B, o Options) *Encoder {
	b.Helper()
	dir, err := home.Dir()
	if err != nil {
		b.Fatal(err)
	}
	store := &modelstore.Store{Home: dir}
	if !store.HasDefault() {
		b.Skip("skipped: the standard encoder is not set up (run `make setup`)")
	}
	m, err := store.Resolve(context.Background(), modelstore.Default)
	if err != nil {
		b.Fatal(err)
	}
	o.Folder, o.Hash = m.Folder, m.Hash
	return open(b, o)
}

func encodeFiles(b *testing.B, e *Encoder, files []string) {
	b.Helper()
	in := make([]Item, len(files))
	for i, f := range files {
		in[i] = Item{ID: f, Open: func() ([]byte, error) { return os.ReadFile(f) }}
	}
	_, err := e.Encode(context.Background(), slices.Values(in), func(r Result) error { return r.Err })
	if err != nil {
		b.Fatal(err)
	}
}

// runOnly runs the model alone, as often as n pictures need.
func runOnly(b *testing.B, e *Encoder, n int) {
	b.Helper()
	w, h := e.pre.Size()
	var all sync.WaitGroup
	for range e.runners {
		all.Go(func() {
			in, err := ort.NewTensor(make([]float32, e.batch*3*w*h), e.batch, 3, h, w)
			if err != nil {
				b.Error(err)
				return
			}
			for range n / e.batch / e.runners {
				out := make([]*ort.Tensor, len(e.session.Outputs()))
				if err := e.session.Run(context.Background(), []*ort.Tensor{in}, out); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}
