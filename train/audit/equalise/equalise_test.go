package equalise

import (
	"bytes"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// key is one of as many contents as there are bytes.
func key(k byte) [32]byte { return [32]byte{k} }

func TestAllFilesAreAlike(t *testing.T) {
	for _, view := range []View{Detail, Whole} {
		p := Standard(64, view, 1)
		seen, qualities := map[string]bool{}, map[int]bool{}
		for k, size := range [][2]int{{90, 86}, {128, 128}, {200, 100}, {86, 300}, {411, 301}} {
			pic := scene.Render(uint64(k), size[0], size[1])
			for n := range byte(4) {
				data, err := p.Make(pic, key(byte(k)<<4|n))
				if err != nil {
					t.Fatal(err)
				}
				info, err := imageio.ReadInfo(data, imageio.Limits{})
				if err != nil || info.Width != 64 || info.Height != 64 || info.Format != "jpeg" {
					t.Fatalf("%+v, %v", info, err)
				}
				m := imageio.Metadata(data)
				if m.Quality < 75 || m.Quality > 95 || m.Facts() != 0 {
					t.Errorf("%+v", m)
				}
				seen[m.Structure+" "+m.Subsampling], qualities[m.Quality] = true, true
			}
		}
		if len(seen) != 1 || len(qualities) < 8 {
			t.Errorf("%s: files are made in the ways %v, of %d qualities", view, seen, len(qualities))
		}
	}
}

func TestSameContentAndSeedSameFile(t *testing.T) {
	pic := scene.Render(1, 120, 100)
	file := func(seed uint64, k byte) []byte {
		data, err := Standard(64, Detail, seed).Make(pic, key(k))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if !bytes.Equal(file(1, 1), file(1, 1)) {
		t.Error("the same twice makes two files")
	}
	if bytes.Equal(file(1, 1), file(2, 1)) || bytes.Equal(file(1, 1), file(1, 2)) {
		t.Error("another seed or content makes the same file")
	}
}

func TestNothingIsEnlarged(t *testing.T) {
	p := Standard(64, Detail, 1)
	if p.Least() != 86 || p.Takes(85, 500) || !p.Takes(86, 86) {
		t.Errorf("pictures of %d pixels are taken", p.Least())
	}
	if _, err := p.Make(raster.New(85, 500), key(1)); err == nil {
		t.Error("a picture that is too small was made larger")
	}
}

// The factors of small and of large pictures are of one distribution: a thin line stays
// as wide, whatever the size of the picture that it is in.
func TestDetailScalesLargePicturesAsSmallOnes(t *testing.T) {
	width := func(side int, view View) (sum int) {
		pic := raster.New(side, side)
		for y := range side {
			for x := range 8 {
				pic.Set(side/2-4+x, y, 255, 255, 255)
			}
		}
		for k := range byte(20) {
			data, err := Standard(64, view, 1).Make(pic, key(k))
			if err != nil {
				t.Fatal(err)
			}
			small, _, err := imageio.Decode(data, imageio.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for x := range 64 {
				if r, _, _ := small.RGB(x, 32); r > 127 {
					sum++
				}
			}
		}
		return sum
	}
	if a, b := width(100, Detail), width(130, Detail); a < 120 || a > 160 || b < a-20 || b > a+20 {
		t.Errorf("detail: a line of 8 pixels is %d and %d wide in 20 pictures", a, b)
	}
	if a, b := width(100, Whole), width(800, Whole); b > a/2 {
		t.Errorf("whole: a line of 8 pixels is %d and %d wide in 20 pictures", a, b)
	}
}

func TestFit(t *testing.T) {
	many := func(side, n int) (out []int) {
		for range n {
			out = append(out, side)
		}
		return out
	}
	for _, c := range []struct {
		short map[string][]int
		want  int
	}{
		{map[string][]int{"ai": many(256, 9), "real": many(500, 9)}, 192},
		{map[string][]int{"ai": many(1024, 9), "real": append(many(1024, 95), many(90, 5)...)}, 512},
		{map[string][]int{"ai": many(1024, 9), "real": append(many(1024, 94), many(90, 6)...)}, 64},
		{map[string][]int{"ai": many(40, 9)}, 0},
	} {
		if got, err := Fit(c.short); got != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("size %d, %v; want %d", got, err, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Standard(64, Detail, 1)
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Policy){
		func(p *Policy) { p.Side = 8 }, func(p *Policy) { p.View = "half" }, func(p *Policy) { p.Zoom[1] = 1 },
		func(p *Policy) { p.Quality[0] = 0 },
	} {
		bad := good
		spoil(&bad)
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

// A picture that went through PNG and one that did not are the same pixels, so they
// become files of the same kind: nothing remembers the format.
func TestTheFormatIsForgotten(t *testing.T) {
	first, err := edit.EncodeJPEG(scene.Render(3, 120, 120), 90)
	if err != nil {
		t.Fatal(err)
	}
	pic, _, err := imageio.Decode(first, imageio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := edit.EncodePNG(pic)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := imageio.Decode(second, imageio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p := Standard(64, Detail, 1)
	a, errA := p.Make(pic, key(1))
	b, errB := p.Make(again, key(1))
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("%v, %v; the files are equal: %v", errA, errB, bytes.Equal(a, b))
	}
}
