package audit

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/curate/curate/internal/imageio"
)

// heap describes n files of one camera and one site; half of them, drawn by coin, are of class 1.
func heap(n int, seed uint64) (files []File, class, fold []int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		w, h := 500, 375
		if rng.IntN(3) == 0 {
			w, h = h, w
		}
		q := 70 + rng.IntN(25)
		files = append(files, File{Format: "jpeg", Mode: "rgb", Width: w, Height: h, Bits: 8, Frames: 1, Bytes: int64(20000 + rng.IntN(90000)),
			Meta: imageio.Meta{Quality: q, QuantTables: string(rune('a' + q)), Subsampling: "4:2:0"}, Source: "site"})
		class, fold = append(class, rng.IntN(2)), append(fold, i%5)
	}
	return files, class, fold
}

// auc is the share of pairs of rows of both classes that chances rank as they are.
func auc(class []int) func([]float64) float64 {
	return func(p []float64) float64 {
		var won, pairs float64
		for i, a := range class {
			for j, b := range class {
				if a != 1 || b != 0 {
					continue
				}
				pairs++
				switch x, y := p[2*i+1], p[2*j+1]; {
				case x > y:
					won++
				case x == y:
					won += .5
				}
			}
		}
		return won / pairs
	}
}

func ask(t *testing.T, files []File, class, fold []int, threads int) (*Told, *Table) {
	t.Helper()
	table := NewTable(files)
	told, err := Probe(context.Background(), Job{Table: table, Class: class, Classes: 2, Fold: fold, Seed: 1, Threads: threads, Score: auc(class)})
	if err != nil {
		t.Fatal(err)
	}
	return told, table
}

func (t *Told) column(name string) ColumnTold {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return ColumnTold{Alone: math.NaN()}
}

func TestCoinsAreNotTold(t *testing.T) {
	files, class, fold := heap(600, 1)
	told, _ := ask(t, files, class, fold, 0)
	if got := auc(class)(told.Chance); got < .4 || got > .57 {
		t.Errorf("AUC %.3f of labels that a coin has given", got)
	}
}

func TestWhatGivesALabelAwayIsNamed(t *testing.T) {
	for name, mark := range map[string]func(*File){
		"format":        func(f *File) { f.Format, f.Quality, f.QuantTables, f.Subsampling = "png", 0, "", "" },
		"multiple_of_8": func(f *File) { f.Width, f.Height = 504, 376 },
		"software":      func(f *File) { f.Software = "a generator" },
		"texts":         func(f *File) { f.Text = []string{"parameters"} },
		"c2pa":          func(f *File) { f.C2PA = true },
		"quality":       func(f *File) { f.Quality = 100 },
	} {
		files, class, fold := heap(200, 2)
		for i := range files {
			if class[i] == 1 {
				mark(&files[i])
			}
		}
		told, table := ask(t, files, class, fold, 0)
		c := told.column(name)
		if got := auc(class)(told.Chance); got < .99 || c.Alone < .99 {
			t.Errorf("%s: AUC %.3f, of the column alone %.3f", name, got, c.Alone)
			continue
		}
		values := table.Telling(c.Column, class, 2)
		if len(values) == 0 || values[0].Share != 1 || class[values[0].Rows[0]] != values[0].Class {
			t.Errorf("%s: the values that tell are %+v", name, values)
		}
		if got, want := told.Kinds[c.Kind], told.Kinds[otherKind(c.Kind)]; got < .99 || want > .6 {
			t.Errorf("%s: by kind %v", name, told.Kinds)
		}
	}
}

func otherKind(k Kind) Kind {
	if k == OfFile {
		return OfSize
	}
	return OfFile
}

// The one column that tells is the one that is missed.
func TestImportanceIsOfTheColumnThatTells(t *testing.T) {
	files, class, fold := heap(200, 3)
	for i := range files {
		files[i].XMP = class[i] == 1
	}
	told, _ := ask(t, files, class, fold, 0)
	for _, c := range told.Columns {
		if c.Name == "xmp" && c.Importance < .2 || c.Name != "xmp" && c.Importance > .1 {
			t.Errorf("importance of %s: %.3f", c.Name, c.Importance)
		}
	}
}

// What the catalogue says is told of, and never goes into the forest.
func TestTheSourceIsNotOfTheFile(t *testing.T) {
	files, class, fold := heap(300, 4)
	for i := range files {
		if class[i] == 1 {
			files[i].Source = "another site"
		}
	}
	told, _ := ask(t, files, class, fold, 0)
	if got := auc(class)(told.Chance); got > .6 || told.column("source").Alone < .99 {
		t.Errorf("AUC %.3f, of the source alone %.3f", got, told.column("source").Alone)
	}
}

func TestSameAnswerOnAnyNumberOfThreads(t *testing.T) {
	files, class, fold := heap(150, 5)
	one, _ := ask(t, files, class, fold, 1)
	many, _ := ask(t, files, class, fold, 7)
	if !reflect.DeepEqual(one.Chance, many.Chance) || !reflect.DeepEqual(one.Kinds, many.Kinds) {
		t.Error("seven threads tell otherwise than one")
	}
	for i := range one.Columns {
		if one.Columns[i].Importance != many.Columns[i].Importance {
			t.Errorf("%s: %g and %g", one.Columns[i].Name, one.Columns[i].Importance, many.Columns[i].Importance)
		}
	}
}

// Files that are all alike tell nothing: everyone has the same chance.
func TestFilesAllAlike(t *testing.T) {
	files, class, fold := heap(60, 6)
	for i := range files {
		files[i] = files[0]
	}
	told, table := ask(t, files, class, fold, 0)
	if len(table.Columns) > 0 || len(told.Kinds) > 0 {
		t.Errorf("columns %v, kinds %v", table.Columns, told.Kinds)
	}
	for i := range files {
		if p := told.Chance[2*i] + told.Chance[2*i+1]; math.Abs(p-1) > 1e-9 {
			t.Fatalf("the chances of row %d sum up to %g", i, p)
		}
	}
}

func TestOneFoldIsRefused(t *testing.T) {
	files, class, fold := heap(60, 7)
	clear(fold)
	_, err := Probe(context.Background(), Job{Table: NewTable(files), Class: class, Classes: 2, Fold: fold, Score: auc(class)})
	if err == nil {
		t.Error("files were judged by themselves")
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		auc, low float64
		want     Verdict
	}{{1, .99, Leaks}, {.8, .66, Leaks}, {.8, .6, Hints}, {.56, .51, Hints}, {.54, .51, Clean}, {.9, .4, Unknown}, {.6, .45, Clean}, {.3, .2, Clean}, {math.NaN(), math.NaN(), Unknown}} {
		if got := Judge(c.auc, c.low); got != c.want {
			t.Errorf("AUC %g from %g: %s, want %s", c.auc, c.low, got, c.want)
		}
	}
}
