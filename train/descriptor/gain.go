package descriptor

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Gain is by how much the AP of one encoder is higher than that of another on the same
// versions of pictures, and the interval in which that lies for 95 of 100 samples of as
// many pictures.
type Gain struct {
	AP       float64 `json:"ap"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Pictures int     `json:"pictures"` // that were drawn from
}

// resamples is how many samples of pictures are drawn for an interval.
const resamples = 1000

// Gain compares two encoders by their descriptors of the versions, before and after, rows
// of their own widths. all is the gain in the mean of both APs, of the kinds of edits that
// training makes and of the held kinds; held is that of the held kinds alone. The interval
// is a paired bootstrap (Efron 1979; percentiles): pictures are drawn with replacement,
// as many as there are, always the same ones for both encoders, with all their versions,
// for the versions of one picture stand or fall together. Recall at a precision says too
// little to decide on: it hangs on the few nearest of the wrong pairs.
func (x *Exam) Gain(before, after []float32, seed uint64) (all, held Gain) {
	pictures := x.picture[len(x.picture)-1] + 1
	kinds := []int{heldEdit, knownEdit} // that are left out
	var from, to []ranking
	for _, k := range kinds {
		from, to = append(from, x.ranked(before, k)), append(to, x.ranked(after, k))
	}
	gains := func(times []float64) (g [2]float64) {
		for i := range kinds {
			g[i] = to[i].ap(times) - from[i].ap(times)
		}
		return g
	}
	once := slices.Repeat([]float64{1}, pictures)
	rng := rand.New(rand.NewPCG(seed, 95))
	var drawnAll, drawnHeld []float64
	for range resamples {
		times := make([]float64, pictures)
		for range pictures {
			times[rng.IntN(pictures)]++
		}
		g := gains(times)
		drawnAll, drawnHeld = append(drawnAll, (g[0]+g[1])/2), append(drawnHeld, g[1])
	}
	g := gains(once)
	return interval((g[0]+g[1])/2, drawnAll, pictures), interval(g[1], drawnHeld, pictures)
}

func interval(ap float64, drawn []float64, pictures int) Gain {
	slices.Sort(drawn)
	at := func(share float64) float64 { return drawn[int(math.Round(share*float64(len(drawn)-1)))] }
	return Gain{AP: ap, Low: at(0.025), High: at(0.975), Pictures: pictures}
}

// ranking has all pairs of versions, the nearest first.
type ranking []rankedPair

type rankedPair struct {
	cosine float32
	a, b   int // the pictures
}

// ranked ranks the pairs of versions but those of a kind.
func (x *Exam) ranked(rows []float32, without int) (r ranking) {
	dim := len(rows) / len(x.picture)
	for i := range x.picture {
		for k := range i {
			if x.kind[i] != without && x.kind[k] != without {
				r = append(r, rankedPair{dot(rows[i*dim:(i+1)*dim], rows[k*dim:(k+1)*dim]), x.picture[i], x.picture[k]})
			}
		}
	}
	slices.SortFunc(r, func(p, q rankedPair) int { return cmp.Compare(q.cosine, p.cosine) })
	return r
}

// ap is the average precision where each picture is there so many times. Two of one picture
// that was drawn twice are no pair: they are the same.
func (r ranking) ap(times []float64) float64 {
	weight := func(p rankedPair) float64 {
		if p.a == p.b {
			return times[p.a]
		}
		return times[p.a] * times[p.b]
	}
	hits, seen, before, sum := 0.0, 0.0, 0.0, 0.0
	for i, p := range r {
		w := weight(p)
		seen += w
		if p.a == p.b {
			hits += w
		}
		if i+1 < len(r) && r[i+1].cosine == p.cosine || hits == before {
			continue
		}
		sum += hits / seen * (hits - before)
		before = hits
	}
	if hits == 0 {
		return 0
	}
	return sum / hits
}
