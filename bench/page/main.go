// Command page measures how long the review page takes on the server's side, over a
// catalogue of so many generated rows: every page, and every action with its undo.
//
//	page [-n 100000] [-catalog FILE] [-rounds 5]
//
// The catalogue is made in a temporary folder, or kept as FILE and used again. A line
// gives the first answer after the catalogue has changed, the median of those after it,
// both on the wall and in time of processors, which hardly depends on what else the
// machine does, and the size of the answer. Of actions every answer is a first one.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/web"
)

func main() {
	n := flag.Int("n", 100_000, "images")
	file := flag.String("catalog", "", "catalogue to make, or to use again")
	rounds := flag.Int("rounds", 5, "times that each is asked")
	flag.Parse()
	if err := run(context.Background(), *file, *n, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string, n, rounds int) (err error) {
	if file == "" {
		dir, err := os.MkdirTemp("", "page")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "curate.db")
	}
	c, err := openOrFill(ctx, file, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	view, err := catalog.NewView("/")
	if err != nil {
		return err
	}
	env := &stage.Env{Catalog: c, Cache: c.CacheDir(), Notice: func(string, ...any) {}}
	s, err := web.New(ctx, web.Options{Env: env, View: view, Addr: host, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	v := visitor{h: s.Handler(), rounds: rounds}
	return v.visit(ctx, c)
}

func openOrFill(ctx context.Context, file string, n int) (*catalog.Catalog, error) {
	if _, err := os.Stat(file); err == nil {
		return catalog.Open(ctx, file, catalog.ReadWrite)
	}
	c, err := catalog.Create(ctx, file)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if _, err := fill(ctx, c, n); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	fmt.Fprintf(os.Stderr, "%d images made in %.0f s\n", n, time.Since(began).Seconds())
	return c, nil
}

// host is the address that the server is told it has.
const host = "127.0.0.1:8420"

// visitor asks for pages and takes the time.
type visitor struct {
	h      http.Handler
	rounds int
}

// cost is what an answer took: time on the wall, and of processors.
type cost struct{ wall, cpu time.Duration }

// spent is the time of processors that this process has used.
func spent() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ask sends a request; body nil is a GET.
func (v *visitor) ask(path string, body any) (took cost, answer []byte, err error) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return took, nil, err
		}
		r = httptest.NewRequest(http.MethodPost, path, bytes.NewReader(data))
		r.Header.Set("Content-Type", "application/json")
	}
	r.Host = host
	w := httptest.NewRecorder()
	began, before := time.Now(), spent()
	v.h.ServeHTTP(w, r)
	took = cost{time.Since(began), spent() - before}
	if w.Code >= 400 {
		return took, nil, fmt.Errorf("%s answers %d: %.200s", path, w.Code, w.Body)
	}
	return took, w.Body.Bytes(), nil
}

// heading names the columns of line.
func heading() {
	fmt.Printf("%-44s %9s %9s %9s %9s %8s\n", "", "first ms", "its cpu", "then ms", "its cpu", "kB")
}

// line prints what the first answer took, and the median of the others.
func line(name string, costs []cost, size int) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	middle := func(of func(cost) time.Duration) float64 {
		var list []time.Duration
		for _, c := range costs[1:] {
			list = append(list, of(c))
		}
		slices.Sort(list)
		return ms(list[len(list)/2])
	}
	wall, cpu := func(c cost) time.Duration { return c.wall }, func(c cost) time.Duration { return c.cpu }
	fmt.Printf("%-44s %9.1f %9.1f %9.1f %9.1f %8.1f\n", name, ms(costs[0].wall), ms(costs[0].cpu), middle(wall), middle(cpu), float64(size)/1000)
}
