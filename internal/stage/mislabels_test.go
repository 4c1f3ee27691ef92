package stage

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/catalog"
)

// subjects is a heap of five subjects that take turns, as an ingest of five folders in
// turn gives them, in the order of the places given. Pictures 0 to 9 are copies in pairs.
func subjects(order []int) *looked {
	l := &looked{dim: 6}
	number := map[int]int{}
	for id, i := range order {
		im := catalog.Row{Path: fmt.Sprint(i)}
		im.ID, im.Hash, im.Subject = catalog.ImageID(id+1), sha256.Sum256([]byte{byte(i)}), fmt.Sprint("subject ", i%5)
		l.images = append(l.images, im)
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		for k := range l.dim {
			v := float32(rng.NormFloat64())
			if k == i%5 {
				v += 4
			}
			l.rows = append(l.rows, v)
		}
		root := i
		if i < 10 {
			root = i % 5
		}
		if _, known := number[root]; !known {
			number[root] = len(number)
		}
		l.group = append(l.group, number[root])
	}
	return l
}

func TestMislabelsDoNotHangOnTheOrderOfIngest(t *testing.T) {
	order := make([]int, 60)
	for i := range order {
		order[i] = i
	}
	scores := func() map[string]float64 {
		l := subjects(order)
		j, err := l.judgedBy("subject")
		if err != nil {
			t.Fatal(err)
		}
		chance, err := l.chances(t.Context(), &Env{}, j)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		all, err := catalog.NewView("")
		if err != nil {
			t.Fatal(err)
		}
		_, rows := l.doubts(j, chance, MislabelOptions{Field: "subject"}, all, &LookResult{})
		for k, i := range j.at {
			out[l.images[i].Path] = rows[k].Value
		}
		return out
	}
	first, doubted := scores(), 0
	for _, s := range first {
		if s > .9 {
			doubted++
		}
	}
	if doubted > 6 {
		t.Errorf("%d of %d pictures of subjects that take turns are doubted", doubted, len(order))
	}
	rand.New(rand.NewPCG(3, 3)).Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	for path, s := range scores() {
		if s != first[path] {
			t.Errorf("picture %s: %g in one order of ingest, %g in another", path, first[path], s)
		}
	}
}
