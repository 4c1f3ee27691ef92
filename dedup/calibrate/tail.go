package calibrate

import (
	"cmp"
	"math"
	"slices"
)

// Histogram counts cosines in 200 bins of 1/100 from -1 on. A score of 1 is in the
// last.
type Histogram []float64

const (
	histogramBins = 200
	binWidth      = 2.0 / histogramBins
)

// bin returns the number of the bin that a cosine is in.
func bin(cosine float64) int { return min(max(int((cosine+1)/binWidth), 0), histogramBins-1) }

// Add counts a cosine.
func (h *Histogram) Add(cosine float64) { h.AddPart(cosine, 1) }

// AddPart counts a cosine as a part of one. Those of the versions of two pictures are
// no news of their own: together they count as one pair.
func (h *Histogram) AddPart(cosine, part float64) {
	if *h == nil {
		*h = make(Histogram, histogramBins)
	}
	(*h)[bin(cosine)] += part
}

// Merge adds the counts of another histogram.
func (h *Histogram) Merge(other Histogram) {
	if *h == nil {
		*h = make(Histogram, histogramBins)
	}
	for i, n := range other {
		(*h)[i] += n
	}
}

func (h Histogram) total() float64 { return h.above(0) }

// above counts the cosines in a bin and those after it.
func (h Histogram) above(bin int) float64 {
	sum := 0.0
	for _, n := range h[min(bin, len(h)):] {
		sum += n
	}
	return sum
}

// Tail is the chance that two strangers have a cosine of x or more: its logarithm
// at even steps from Low on, as long as there are pairs enough to count. From there it
// falls like a power of what is left to 1, which no cosine exceeds.
type Tail struct {
	Low  float64   `json:"low"`
	Step float64   `json:"step"`
	Log  []float64 `json:"log"` // falling; natural logarithms
	// Power is how fast the chance falls beyond the last: like (1-x)^Power.
	Power float64 `json:"power,omitempty"`
	// Slope is of calibrations made before there was a Power: a straight line beyond the
	// last, falling so much for each unit of cosine. It counts where Power is 0.
	Slope float64 `json:"slope,omitempty"`

	end float64 // the largest cosine there is, 0 = 1; more in a heap that is stretched
}

// A count is worth something from so many pairs on, and so many tell how fast the
// chance falls beyond.
const (
	countable = 100
	telling   = 300
)

// doubt is how many standard errors the power is taken below its estimate: the one-sided
// bound that it keeps with a confidence of 99 in 100. An estimate from n pairs has a
// standard error of it over the root of n (Hill, 1975).
const doubt = 2.326

// deduction is the part of an estimate from n pairs that is taken off it. Of fewer pairs than tell it
// well, that confidence would leave a small catalogue nothing to find: there it is as
// much as of enough pairs, but a standard error at least.
func deduction(n float64) float64 {
	return min(doubt/math.Sqrt(n), max(1/math.Sqrt(n), doubt/math.Sqrt(telling)))
}

// fitTail counts from the top down, and beyond what can be counted takes the power that
// makes the nearest pairs likeliest. The chance that a cosine is over x, near the largest
// value that there is, is a power of the distance to it (Gnedenko, 1943); where that
// value is known, here 1, the power is the number of pairs over the sum of their
// log distances (Hill, 1975). It is taken from the lower end of what so small a sample
// leaves possible: what holds for the many pairs of a catalogue must not rest on luck with
// these few.
func fitTail(h Histogram) Tail {
	total := h.total()
	least := max(1, min(countable, math.Floor(total/50)))
	t := Tail{Low: 0, Step: binWidth}
	above := total
	for i := range h {
		low := -1 + t.Step*float64(i) // lower edge of bin i
		if above < least || above == 0 {
			break
		}
		if low > -t.Step/2 {
			t.Log = append(t.Log, math.Log(above/total))
		}
		above -= h[i]
	}
	if len(t.Log) == 0 {
		t.Log = []float64{math.Log(least / total)}
	}
	t.Power = h.power(min(telling, total/10))
	return t
}

// power estimates how fast the chance falls from so many of the nearest pairs.
func (h Histogram) power(pairs float64) float64 {
	first, reached := len(h), 0.0
	for first > histogramBins/2 && reached < pairs {
		first--
		reached += h[first]
	}
	from, sum := 1-binEdge(first), 0.0
	for i := first; i < len(h); i++ {
		sum += h[i] * math.Log(from/(1-binEdge(i)-binWidth/2))
	}
	if reached == 0 || sum <= 0 {
		return leastPower
	}
	return max(leastPower, reached/sum*(1-deduction(reached)))
}

// binEdge is the lower edge of a bin.
func binEdge(i int) float64 { return -1 + binWidth*float64(i) }

// leastPower is that of a tail at least: falling, for a curve has to rise.
const leastPower = 0.5

// nothingNearer is the distance from the largest cosine under which nothing is told
// apart: embeddings are stored in half precision.
const nothingNearer = 0.002

// last returns the last cosine that was counted.
func (t Tail) last() float64 { return t.Low + t.Step*float64(len(t.Log)-1) }

// room is how much is left from x to the largest cosine.
func (t Tail) room(x float64) float64 { return max(cmp.Or(t.end, 1)-x, nothingNearer) }

// log returns the logarithm of the chance of x or more, and its slope there.
func (t Tail) log(x float64) (chance, slope float64) {
	place := (x - t.Low) / t.Step
	last := len(t.Log) - 1
	switch {
	case place >= float64(last) && t.Power > 0:
		return t.Log[last] + t.Power*math.Log(t.room(x)/t.room(t.last())), -t.Power / t.room(x)
	case place >= float64(last):
		return t.Log[last] + t.Slope*(x-t.last()), t.Slope
	case place < 0:
		return t.Log[0], -1
	}
	i := int(place)
	// The slope is taken over some steps, because counts jump.
	lo, hi := max(i-2, 0), min(i+3, last)
	slope = min(-1, (t.Log[hi]-t.Log[lo])/(t.Step*float64(hi-lo)))
	return t.Log[i] + (place-float64(i))*(t.Log[i+1]-t.Log[i]), slope
}

// logNearest returns the log density at x of the nearest of n strangers: the chance
// that one of them is at x and none beyond.
func (t Tail) logNearest(x, n float64) float64 {
	chance, slope := t.log(x)
	return math.Log(n) + chance + math.Log(-slope) - min(1, n*math.Exp(chance)) // 1 at the mode, more where that lies beyond 1
}

// mode returns where the nearest of n strangers is most often: where one of n is
// expected to be as near.
func (t Tail) mode(n float64) float64 { return t.quantile(1 / n) }

// quantile returns the cosine that two strangers reach with chance p, 1 at most.
func (t Tail) quantile(p float64) float64 {
	lo, hi := t.Low, 1.0
	for range 40 {
		x := (lo + hi) / 2
		if chance, _ := t.log(x); chance > math.Log(p) {
			lo = x
		} else {
			hi = x
		}
	}
	return lo
}

// SuspectFrom returns the cosine from which two pictures of a sample, told by the
// cosines of all pairs, are likelier copies that nobody knew of than strangers: a
// line through the middle of the tail leaves a tenth of a pair beyond.
func SuspectFrom(cosines []float64) float64 {
	sorted := slices.Sorted(slices.Values(cosines))
	n := len(sorted)
	var m, sx, sy, sxx, sxy float64
	high, low := 0.1, max(0.004, 10/float64(max(n, 1)))
	for p := high; p > low; p *= 0.85 {
		x, y := sorted[n-1-int(p*float64(n))], math.Log(p)
		m, sx, sy, sxx, sxy = m+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	spread := m*sxx - sx*sx
	if m < 3 || spread <= 0 {
		return 1
	}
	slope := (m*sxy - sx*sy) / spread
	if slope >= 0 {
		return 1
	}
	return min(1, (math.Log(0.1/float64(n))-(sy-slope*sx)/m)/slope)
}
