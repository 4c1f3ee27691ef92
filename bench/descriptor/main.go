// Command descriptor measures a trained encoder on a folder of make_edits.py, whose
// files are called PICTURE__EDIT.jpg: average precision and recall at precision .99
// over all pairs by cosine alone, and how many pairs of an original and each kind of
// edit are found there.
//
//	descriptor [-bits 0|4|8] ENCODER BENCH
//	descriptor -from MODEL CHECKPOINTS BENCH
//
// ENCODER is what `curate train --objective descriptor` leaves. With -from, the best
// network so far of a run under way is measured; MODEL is what it began with.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/descriptor"
)

type options struct {
	from, save           string
	side, layers, frozen int
	bits, threads        int
	squash               bool
}

func main() {
	var o options
	r := descriptor.Recipe()
	flag.StringVar(&o.from, "from", "", "model folder that a run under way began with")
	flag.IntVar(&o.side, "resolution", 112, "its pixels")
	flag.BoolVar(&o.squash, "squash", true, "it sees whole pictures in a square")
	flag.IntVar(&o.layers, "layers", r.Layers, "its layers")
	flag.IntVar(&o.frozen, "frozen", r.Frozen, "its frozen layers")
	flag.IntVar(&o.bits, "bits", 0, "round the matrices to so many bits first: 8 (a scale a row) or 4 (a scale for 32 values)")
	flag.IntVar(&o.threads, "threads", 0, "processor threads")
	flag.StringVar(&o.save, "save", "", "write the run's network to this folder")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), o, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, "descriptor:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, encoder, bench string) error {
	n, err := o.network(encoder)
	if err != nil {
		return err
	}
	if o.bits > 0 {
		n = n.Rounded(o.bits)
	}
	home, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	lib, err := runtimelib.Find(runtimelib.Default(filepath.Join(home, "curate")))
	if err != nil {
		return err
	}
	rt, err := ort.Open(lib.Path)
	if err != nil {
		return err
	}
	e, err := n.Open(rt, ort.Device{Provider: ort.CPU}, o.threads)
	if err != nil {
		return err
	}
	defer e.Close()
	files, err := filepath.Glob(filepath.Join(bench, "*__*"))
	if err != nil {
		return err
	}
	rows, err := e.Describe(ctx, len(files), func(i int) (*raster.Picture, error) { return read(files[i]) })
	if err != nil {
		return err
	}
	report(files, rows, e.Dim)
	return nil
}

// network reads the encoder, or takes it from a run under way.
func (o options) network(dir string) (descriptor.Network, error) {
	if o.from == "" {
		return descriptor.ReadFolder(dir)
	}
	m, err := vit.Load(o.from)
	if err != nil {
		return descriptor.Network{}, err
	}
	c, err := preprocess.ReadConfig(o.from)
	if err != nil {
		return descriptor.Network{}, err
	}
	if c = c.WithResolution(o.side); o.squash {
		c = c.Squashed()
	}
	s := descriptor.Recipe()
	s.Layers, s.Frozen = o.layers, o.frozen
	r, err := descriptor.Snapshot(dir, m, s, c)
	if err != nil {
		return descriptor.Network{}, err
	}
	fmt.Printf("the weights of step %d\n", r.Points[r.Best].Step)
	if o.save != "" {
		if err := os.MkdirAll(o.save, 0o755); err != nil {
			return descriptor.Network{}, err
		}
		j := &descriptor.Job{Options: s, Model: m, Preprocess: c}
		if err := descriptor.WriteFolder(o.save, j, r, o.from, "a run under way"); err != nil {
			return descriptor.Network{}, err
		}
	}
	return r.Network, nil
}

func read(path string) (*raster.Picture, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, _, err := imageio.Decode(data, imageio.DefaultLimits)
	return p, err
}

// report prints the figures.
func report(files []string, rows []float32, dim int) {
	names, edits := make([]string, len(files)), make([]string, len(files))
	number, picture := map[string]int{}, make([]int, len(files))
	for i, f := range files {
		base := strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
		at := strings.LastIndex(base, "__")
		names[i], edits[i] = base[:at], base[at+2:]
		if _, ok := number[names[i]]; !ok {
			number[names[i]] = len(number)
		}
		picture[i] = number[names[i]]
	}
	s := descriptor.Judge(rows, dim, picture)
	fmt.Printf("%d files of %d pictures: AP %.4f, recall %.4f at precision .99 (cosine %.3f)\n", len(files), len(number), s.AP, s.Recall, s.Cosine)
	original := map[int]int{}
	for i, e := range edits {
		if e == "orig" {
			original[picture[i]] = i
		}
	}
	found, all := map[string]int{}, map[string]int{}
	for i, e := range edits {
		o, ok := original[picture[i]]
		if !ok || e == "orig" {
			continue
		}
		all[e]++
		if cosine(rows[i*dim:(i+1)*dim], rows[o*dim:(o+1)*dim]) >= s.Cosine {
			found[e]++
		}
	}
	var kinds []string
	for e := range all {
		kinds = append(kinds, e)
	}
	slices.Sort(kinds)
	for _, e := range kinds {
		fmt.Printf("  %-10s %4d of %4d (%.3f)\n", e, found[e], all[e], float64(found[e])/float64(all[e]))
	}
}

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
