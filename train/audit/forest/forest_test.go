package forest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// table draws n rows of noise in columns, and classes that answer decides.
func table(n, columns int, answer func(row []uint8) int) *Table {
	rng := rand.New(rand.NewPCG(1, 2))
	t := &Table{Classes: 2}
	for range columns {
		c := Column{Bin: make([]uint8, n), Bins: 20}
		for i := range c.Bin {
			c.Bin[i] = uint8(rng.IntN(20))
		}
		t.Columns = append(t.Columns, c)
	}
	for i := range n {
		var row []uint8
		for _, c := range t.Columns {
			row = append(row, c.Bin[i])
		}
		t.Class = append(t.Class, answer(row))
	}
	return t
}

func upTo(from, to int) (rows []int32) {
	for i := from; i < to; i++ {
		rows = append(rows, int32(i))
	}
	return rows
}

// hits counts the rows of which the forest finds the class.
func hits(f *Forest, t *Table, rows []int32) (n int) {
	for _, r := range rows {
		sum := make([]float64, t.Classes)
		f.Add(func(c int32) uint8 { return t.Columns[c].Bin[r] }, sum)
		if (sum[1] > sum[0]) == (t.Class[r] == 1) {
			n++
		}
	}
	return n
}

func TestForestLearnsWhatTwoColumnsSayTogether(t *testing.T) {
	box := table(2000, 5, func(row []uint8) int {
		if row[1] > 6 && row[1] < 15 && row[3] < 12 {
			return 1
		}
		return 0
	})
	f := Grow(box, upTo(0, 1000), Options{Trees: 50, Threads: 2})
	if got := hits(f, box, upTo(1000, 2000)); got < 970 {
		t.Errorf("%d of 1000 unseen rows are right", got)
	}
}

func TestForestLearnsNothingFromNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	noise := table(2000, 5, func([]uint8) int { return rng.IntN(2) })
	f := Grow(noise, upTo(0, 1000), Options{Trees: 50, Threads: 2})
	if got := hits(f, noise, upTo(1000, 2000)); got < 440 || got > 560 {
		t.Errorf("%d of 1000 coins were foretold", got)
	}
}

func TestSameForestOnAnyNumberOfThreads(t *testing.T) {
	x := table(300, 4, func(row []uint8) int { return int(row[0]) % 2 })
	want := Grow(x, upTo(0, 300), Options{Trees: 8, Seed: 7, Threads: 1})
	if got := Grow(x, upTo(0, 300), Options{Trees: 8, Seed: 7, Threads: 5}); !reflect.DeepEqual(got, want) {
		t.Error("five threads grow another forest than one")
	}
	if got := Grow(x, upTo(0, 300), Options{Trees: 8, Seed: 8, Threads: 1}); reflect.DeepEqual(got, want) {
		t.Error("another seed grows the same forest")
	}
}

func TestLeavesHaveTheRowsTheyMust(t *testing.T) {
	x := table(200, 3, func(row []uint8) int { return int(row[0]+row[1]) % 2 })
	f := Grow(x, upTo(0, 200), Options{Trees: 1, MinLeaf: 101})
	if n := len(f.trees[0].nodes); n != 1 {
		t.Errorf("200 rows in leaves of 101 or more make %d nodes", n)
	}
}

func TestCut(t *testing.T) {
	c, first, last := Cut([]float64{5, 1, 5, 9})
	if !slices.Equal(c.Bin, []uint8{1, 0, 1, 2}) || c.Bins != 3 || !slices.Equal(first, []float64{1, 5, 9}) || !slices.Equal(last, first) {
		t.Errorf("%v from %v to %v", c, first, last)
	}
	rng, many := rand.New(rand.NewPCG(5, 6)), make([]float64, 5000)
	for i := range many {
		many[i] = rng.Float64()
	}
	c, first, last = Cut(many)
	for i, v := range many {
		if b := c.Bin[i]; v < first[b] || v > last[b] || b > 0 && v <= last[b-1] {
			t.Fatalf("%g is in bin %d, from %g to %g", v, b, first[b], last[b])
		}
	}
	if c.Bins != MaxBins {
		t.Errorf("%d bins", c.Bins)
	}
}
