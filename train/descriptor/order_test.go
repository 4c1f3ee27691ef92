package descriptor

import (
	"math"
	"slices"
	"testing"
)

func TestHold(t *testing.T) {
	pictures := drawnIDs(2000)
	learn, held := hold(pictures, .2)
	if len(learn)+len(held) != 2000 || math.Abs(float64(len(held))-400) > 60 {
		t.Errorf("%d learnt from, %d held out", len(learn), len(held))
	}
	backwards := slices.Clone(pictures)
	slices.Reverse(backwards)
	_, again := hold(backwards[:1000], .2)
	for _, p := range again {
		if !slices.ContainsFunc(held, func(q Picture) bool { return p.ID == q.ID }) {
			t.Errorf("%s is held out of one set and not of another", p.ID)
		}
	}
}

func drawnIDs(n int) []Picture {
	out := make([]Picture, n)
	for i := range out {
		out[i].ID = string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
	}
	return out
}

func TestBatch(t *testing.T) {
	seen := map[int]int{}
	for step := range 4 { // one round through 17 pictures in steps of 4
		b := batch(17, 4, 7, step)
		if !slices.Equal(b, batch(17, 4, 7, step)) {
			t.Fatal("a step has two orders")
		}
		for _, i := range b {
			seen[i]++
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d different pictures in a round of 16 places", len(seen))
	}
	if slices.Equal(batch(17, 4, 7, 0), batch(17, 4, 7, 4)) || slices.Equal(batch(17, 4, 7, 0), batch(17, 4, 8, 0)) {
		t.Error("two rounds, or two seeds, have one order")
	}
}

func TestTheLastPointIsTakenUnlessItFalls(t *testing.T) {
	for _, c := range []struct {
		aps  []float64 // of both exams
		want int       // point
	}{
		{[]float64{.9}, 0},
		{[]float64{.9, .95, .96}, 2},
		{[]float64{.9, .96, .959}, 2},
		{[]float64{.9, .96, .95}, 1},
		{[]float64{.9, .96, .959, .9575}, 2}, // by little each time
		{[]float64{.9, .9, .899}, 0},
	} {
		var points []Point
		got := 0
		for i, ap := range c.aps {
			points = append(points, Point{Known: Score{AP: ap}, Unseen: Score{AP: ap}})
			if takes(points) {
				got = i
			}
		}
		if got != c.want {
			t.Errorf("of %v point %d is chosen, not %d", c.aps, got, c.want)
		}
	}
}

func TestRank(t *testing.T) {
	for name, c := range map[string]struct {
		pairs []scored
		want  Score
	}{
		"perfect":      {[]scored{{.1, false}, {.9, true}, {.8, true}}, Score{1, 1, .8}},
		"one stranger": {[]scored{{.9, true}, {.7, false}, {.5, true}}, Score{(1 + 2./3) / 2, .5, .9}},
		"a tie":        {[]scored{{.9, true}, {.9, false}}, Score{.5, 0, 0}},
		"no copies":    {[]scored{{.9, false}}, Score{}},
	} {
		got := rank(c.pairs)
		if math.Abs(got.AP-c.want.AP) > 1e-9 || got.Recall != c.want.Recall || math.Abs(got.Cosine-c.want.Cosine) > 1e-6 {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
