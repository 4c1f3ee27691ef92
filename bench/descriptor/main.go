// Command descriptor measures a trained encoder on a folder of make_edits.py, whose
// files are called PICTURE__EDIT.jpg: average precision and recall at precision .99
// over all pairs by cosine alone, and how many pairs of an original and each kind of
// edit are found there.
//
//	descriptor [-bits 0|4|8] [-resolution PIXELS] ENCODER BENCH
//	descriptor -from MODEL CHECKPOINTS BENCH
//
// ENCODER is what `curate train --objective descriptor` leaves, or an encoder file that
// `curate model shrink` has made of it, measured as it is: in integers. With -from, the
// best network so far of a run under way is measured; MODEL is what it began with.
// -dump FILE writes the descriptors, float32 row by row in order of the files' names.
package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/embed"
	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/descriptor"
)

type options struct {
	from, save, dump     string
	side, layers, frozen int
	bits, threads        int
	squash               bool
}

func main() {
	var o options
	r := descriptor.Recipe()
	flag.StringVar(&o.from, "from", "", "model folder that a run under way began with")
	flag.IntVar(&o.side, "resolution", 0, "pixels at which it looks, 0 for those that it was made for (with -from: 112)")
	flag.StringVar(&o.dump, "dump", "", "write the descriptors to this file")
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
	rt, err := library()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(bench, "*__*"))
	if err != nil {
		return err
	}
	describe := o.describe
	if builtin.IsFile(encoder) {
		describe = o.describeFile
	}
	rows, dim, err := describe(ctx, rt, encoder, files)
	if err != nil {
		return err
	}
	if o.dump != "" {
		if err := os.WriteFile(o.dump, floats(rows), 0o644); err != nil {
			return err
		}
	}
	report(files, rows, dim)
	return nil
}

func floats(rows []float32) []byte {
	var raw []byte
	for _, v := range rows {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

func library() (*ort.Runtime, error) {
	home, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	lib, err := runtimelib.Find(runtimelib.Default(filepath.Join(home, "curate")))
	if err != nil {
		return nil, err
	}
	return ort.Open(lib.Path)
}

// describe describes the files by a network in floats.
func (o options) describe(ctx context.Context, rt *ort.Runtime, encoder string, files []string) ([]float32, int, error) {
	n, err := o.network(encoder)
	if err != nil {
		return nil, 0, err
	}
	if o.bits > 0 {
		n = n.Rounded(o.bits)
	}
	if o.side > 0 {
		if n.Model, err = n.Model.Resize(o.side); err != nil {
			return nil, 0, err
		}
	}
	e, err := n.Open(rt, ort.Device{Provider: ort.CPU}, o.threads)
	if err != nil {
		return nil, 0, err
	}
	defer e.Close()
	rows, err := e.Describe(ctx, len(files), func(i int) (*raster.Picture, error) { return read(files[i]) })
	return rows, e.Dim, err
}

// describeFile describes them by an encoder file, as dedup does.
func (o options) describeFile(ctx context.Context, rt *ort.Runtime, encoder string, files []string) ([]float32, int, error) {
	b, err := builtin.Open(encoder)
	if err != nil {
		return nil, 0, err
	}
	defer b.Close()
	e, err := embed.Open(embed.Options{
		Encoder: b, Runtime: rt, Device: ort.Device{Provider: ort.CPU}, Threads: o.threads, Resolution: o.side, NoHead: true,
	})
	if err != nil {
		return nil, 0, err
	}
	defer e.Close()
	items := func(yield func(embed.Item) bool) {
		for _, f := range files {
			if !yield(embed.Item{Picture: func() (*raster.Picture, error) { return read(f) }}) {
				return
			}
		}
	}
	var rows []float32
	stats, err := e.Encode(ctx, items, func(r embed.Result) error {
		rows = append(rows, r.Copy...)
		return r.Err
	})
	fmt.Printf("%.1f pictures a second of the model's time\n", float64(stats.Images)/stats.Infer.Seconds())
	return rows, e.CopyDim, err
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
	if c = c.WithResolution(cmp.Or(o.side, 112)); o.squash {
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
