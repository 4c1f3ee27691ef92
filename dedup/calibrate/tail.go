package calibrate

import (
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
func (h *Histogram) Add(cosine float64) {
	if *h == nil {
		*h = make(Histogram, histogramBins)
	}
	(*h)[bin(cosine)]++
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
// at even steps from Low on, as long as there are pairs enough to count, and from
// there a straight line.
type Tail struct {
	Low   float64   `json:"low"`
	Step  float64   `json:"step"`
	Log   []float64 `json:"log"`   // falling; natural logarithms
	Slope float64   `json:"slope"` // beyond the last, for each unit of cosine; negative
}

// countable is how many pairs make a count worth something. The pairs are versions
// of few pictures, so they say less than as many pairs of their own would.
const countable = 30

// fitTail counts from the top down, and gives the line the slope of the last
// tenfold of counts.
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
	last := len(t.Log) - 1
	first := last
	for first > 0 && t.Log[first] < t.Log[last]+math.Ln10 {
		first--
	}
	t.Slope = -5.0
	if first < last {
		t.Slope = min(t.Slope, (t.Log[last]-t.Log[first])/(t.Step*float64(last-first)))
	}
	return t
}

// log returns the logarithm of the chance of x or more, and its slope there.
func (t Tail) log(x float64) (chance, slope float64) {
	place := (x - t.Low) / t.Step
	last := len(t.Log) - 1
	switch {
	case place >= float64(last):
		return t.Log[last] + t.Slope*(x-t.Low-t.Step*float64(last)), t.Slope
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
