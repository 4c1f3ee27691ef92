package embed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/vit/vittest"
)

func folder(t testing.TB) string { return vittest.Folder(t, vittest.Config) }

func open(t testing.TB, o Options) *Encoder {
	t.Helper()
	o.Runtime, o.Device = orttest.Open(t), ort.Device{Provider: ort.CPU}
	if o.Folder == "" && o.File == "" {
		o.Folder = folder(t)
	}
	if o.Hash == "" {
		o.Hash = "test"
	}
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// pictures draws n PNG files.
func pictures(t testing.TB, n int) [][]byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	out := make([][]byte, n)
	for i := range out {
		p := raster.New(40+rng.IntN(30), 40+rng.IntN(30))
		a, b := rng.IntN(9)+1, rng.IntN(9)+1
		for k := range p.Pix {
			p.Pix[k] = uint8(k*a/7 + k/p.W*b)
		}
		var buf bytes.Buffer
		if err := png.Encode(&buf, p); err != nil {
			t.Fatal(err)
		}
		out[i] = buf.Bytes()
	}
	return out
}

func items(files [][]byte) []Item {
	out := make([]Item, len(files))
	for i, f := range files {
		out[i] = Item{ID: i, Open: func() ([]byte, error) { return f, nil }}
	}
	return out
}

func encode(t testing.TB, e *Encoder, in []Item) []Result {
	t.Helper()
	var out []Result
	_, err := e.Encode(context.Background(), slices.Values(in), func(r Result) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEncode(t *testing.T) {
	e := open(t, Options{Hash: "0123"})
	if e.CopyDim != 96 || e.HeadDim != 192 || !slices.Equal(e.Layers, []int{2}) {
		t.Errorf("layers %v, dimensions %d and %d", e.Layers, e.CopyDim, e.HeadDim)
	}
	if got := e.CopyKey.String(); got != "0123/2/32px/fp32/p1" {
		t.Errorf("copy key %s", got)
	}
	if got := e.HeadKey.String(); got != "0123/head/32px/fp32/p1" {
		t.Errorf("head key %s", got)
	}
	in := items(pictures(t, 40))
	got := encode(t, e, in)
	if len(got) != len(in) {
		t.Fatalf("%d results for %d pictures", len(got), len(in))
	}
	for i, r := range got {
		if r.ID != i || r.Err != nil || len(r.Copy) != 96 || len(r.Head) != 192 {
			t.Fatalf("result %d: %v %v, %d and %d numbers", i, r.ID, r.Err, len(r.Copy), len(r.Head))
		}
		if n := norm(r.Copy); math.Abs(n-1) > 1e-5 {
			t.Errorf("result %d: the copy vector has length %v", i, n)
		}
	}
	if reflect.DeepEqual(got[0].Copy, got[1].Copy) {
		t.Error("two pictures have one descriptor")
	}
	if len(encode(t, e, nil)) != 0 {
		t.Error("no pictures gave a result")
	}
}

func norm(v []float32) float64 {
	sum := 0.
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// A descriptor is the same bit for bit alone, in any place of any batch, and with
// any number of threads.
func TestADescriptorDoesNotDependOnItsBatch(t *testing.T) {
	dir, files := folder(t), pictures(t, 23)
	e := open(t, Options{Folder: dir, Threads: 2, Layers: []int{1, 2}})
	if e.batch < 4 {
		t.Fatalf("batches of %d prove nothing", e.batch)
	}
	want := encode(t, e, items(files))
	backwards := items(files)
	slices.Reverse(backwards)
	got := encode(t, e, backwards)
	slices.Reverse(got)
	same(t, "backwards", got, want)
	for i, it := range items(files) {
		same(t, "alone", encode(t, e, []Item{it}), want[i:i+1])
	}
	for _, threads := range []int{1, 3} {
		same(t, fmt.Sprint(threads, " threads"), encode(t, open(t, Options{Folder: dir, Threads: threads, Layers: []int{1, 2}}), items(files)), want)
	}
}

func same(t *testing.T, how string, got, want []Result) {
	t.Helper()
	for i := range want {
		if !reflect.DeepEqual(got[i].Copy, want[i].Copy) || !reflect.DeepEqual(got[i].Head, want[i].Head) {
			t.Errorf("%s: picture %v differs", how, got[i].ID)
		}
	}
}

// An item may bring its picture instead of a file, and several may share one.
func TestAPictureInMemory(t *testing.T) {
	e, files := open(t, Options{}), pictures(t, 3)
	want := encode(t, e, items(files))
	p, _, err := imageio.Decode(files[1], imageio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("it went away")
	in := []Item{
		{ID: 1, Picture: func() (*raster.Picture, error) { return p, nil }},
		{ID: 1, Picture: func() (*raster.Picture, error) { return p, nil }},
		{ID: 2, Picture: func() (*raster.Picture, error) { return nil, gone }},
	}
	got := encode(t, e, in)
	same(t, "in memory", got[:2], []Result{want[1], want[1]})
	if !errors.Is(got[2].Err, gone) {
		t.Errorf("a picture that is gone: %v", got[2].Err)
	}
}

func TestABrokenPictureDoesNotStopTheRest(t *testing.T) {
	e := open(t, Options{})
	in := items(pictures(t, 7))
	whole := encode(t, e, in)
	gone := errors.New("it went away")
	in[2].Open = func() ([]byte, error) { return nil, gone }
	in[5].Open = func() ([]byte, error) { return []byte("no picture"), nil }
	var got []Result
	stats, err := e.Encode(context.Background(), slices.Values(in), func(r Result) error {
		got = append(got, r)
		return nil
	})
	if err != nil || stats.Images != 5 || stats.Failed != 2 {
		t.Fatalf("%v, %+v", err, stats)
	}
	if !errors.Is(got[2].Err, gone) || got[5].Err == nil || got[5].Copy != nil {
		t.Errorf("the broken ones: %v, %v", got[2].Err, got[5].Err)
	}
	for _, i := range []int{0, 1, 3, 4, 6} {
		same(t, "beside a broken one", got[i:i+1], whole[i:i+1])
	}
}

func TestEncodeStops(t *testing.T) {
	e := open(t, Options{})
	in := items(pictures(t, 60))
	full := errors.New("the disk is full")
	n := 0
	_, err := e.Encode(context.Background(), slices.Values(in), func(Result) error {
		if n++; n == 5 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || n != 5 {
		t.Errorf("%v after %d results", err, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = e.Encode(ctx, slices.Values(in), func(Result) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWithoutHead(t *testing.T) {
	dir, files := folder(t), pictures(t, 3)
	want := encode(t, open(t, Options{Folder: dir}), items(files))
	got := encode(t, open(t, Options{Folder: dir, NoHead: true}), items(files))
	for i, r := range got {
		if d := worst(r.Copy, want[i].Copy); r.Head != nil || d > 1e-5 {
			t.Errorf("picture %d: head %v, copy differs by %g", i, r.Head, d)
		}
	}
}

func worst(a, b []float32) float64 {
	w := 0.
	for i := range a {
		w = max(w, math.Abs(float64(a[i]-b[i])))
	}
	return w
}

func TestResolution(t *testing.T) {
	e := open(t, Options{Resolution: 48})
	if e.CopyKey.Resolution != 48 {
		t.Errorf("key %v", e.CopyKey)
	}
	if r := encode(t, e, items(pictures(t, 1))); r[0].Err != nil {
		t.Error(r[0].Err)
	}
}

// bare writes an encoder that gives the mean of each channel, for pictures of 4 x 4.
func bare(t *testing.T, n onnx.Dim) string {
	t.Helper()
	g := onnx.New("bare")
	x := g.Input("x", onnx.Float, n, onnx.Dim{Size: 3}, onnx.Dim{Size: 4}, onnx.Dim{Size: 4})
	y := g.Op("ReduceMean", []string{x}, onnx.IntsAttr("axes", 2, 3), onnx.IntAttr("keepdims", 0))
	g.Output(y, onnx.Float, n, onnx.Dim{Size: 3})
	path := filepath.Join(t.TempDir(), "bare.onnx")
	if err := os.WriteFile(path, g.Marshal(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABareEncoder(t *testing.T) {
	for _, n := range []onnx.Dim{{Name: "n"}, {Size: 2}} {
		e := open(t, Options{File: bare(t, n)})
		p := raster.New(8, 6)
		for i := range p.Pix {
			p.Pix[i] = []uint8{255, 0, 0}[i%3]
		}
		var buf bytes.Buffer
		if err := png.Encode(&buf, p); err != nil {
			t.Fatal(err)
		}
		for _, r := range encode(t, e, items([][]byte{buf.Bytes(), buf.Bytes(), buf.Bytes()})) {
			want := []float32{(1 - .485) / .229, -.456 / .224, -.406 / .225}
			if d := worst(r.Head, want); d > 1e-5 || math.Abs(norm(r.Copy)-1) > 1e-6 {
				t.Errorf("head %v, want %v; copy %v", r.Head, want, r.Copy)
			}
		}
		if e.CopyDim != 3 || e.CopyKey.Layers != "output" {
			t.Errorf("%d numbers, key %s", e.CopyDim, e.CopyKey)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	rt := orttest.Open(t)
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"no model":     {Options{Folder: t.TempDir()}, "preprocessor_config.json"},
		"no such file": {Options{File: filepath.Join(t.TempDir(), "x.onnx")}, "x.onnx"},
		"wrong size":   {Options{File: bare(t, onnx.Dim{Name: "n"}), Resolution: 8}, "4 x 4 pixels only"},
		"layer 4 of 3": {Options{Folder: folder(t), Layers: []int{4}}, "no layer 4"},
	} {
		c.o.Runtime, c.o.Hash = rt, "test"
		if _, err := Open(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestDefaultLayers(t *testing.T) {
	for blocks, want := range map[int][]int{1: {1}, 2: {1}, 3: {2}, 4: {3}, 6: {4, 5}, 12: {8, 11}, 24: {16, 23}, 40: {27, 39}} {
		if got := DefaultLayers(blocks); !slices.Equal(got, want) {
			t.Errorf("%d blocks: %v, want %v", blocks, got, want)
		}
	}
}
