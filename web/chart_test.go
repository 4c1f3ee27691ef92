package web

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestTicksAreRoundAndCoverTheRange(t *testing.T) {
	for _, c := range []struct{ from, to float64 }{{0, 1}, {.8127, .9413}, {0, 3e-5}, {-5, 12345}, {1, 2}, {0, 1e-300}} {
		got := ticks(c.from, c.to, 4)
		if len(got) < 3 || len(got) > 8 || got[0] > c.from+1e-9*(c.to-c.from) || got[len(got)-1] < c.to-1e-9*(c.to-c.from) {
			t.Errorf("%v to %v: %v", c.from, c.to, got)
		}
	}
	if got := ticks(3, 3, 4); !slices.Equal(got, []float64{3}) {
		t.Errorf("one value: %v", got)
	}
}

func TestChartsLeaveOutWhatIsNoNumber(t *testing.T) {
	if c := newChart("Loss", "step", "", chartLine{Name: "training", X: []float64{1, 2}, Y: []float64{math.NaN(), math.Inf(1)}}); c != nil {
		t.Errorf("a chart of nothing: %+v", c)
	}
	c := newChart("<b>", "step", "", chartLine{Name: "<i>", X: []float64{1, 2, 3}, Y: []float64{4, math.NaN(), 5}})
	svg := string(c.SVG())
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "<b>") || strings.Contains(svg, "<i>") || strings.Count(svg, "<path") != 2 {
		t.Errorf("%s", svg)
	}
	if got := c.Table(); len(got) != 2 || got[1][1] != "5" {
		t.Errorf("table %v", got)
	}
}

func TestLongCurvesAreThinned(t *testing.T) {
	long := chartLine{Name: "training"}
	for i := range 100_000 {
		long.X, long.Y = append(long.X, float64(i)), append(long.Y, float64(i%7))
	}
	c := newChart("Loss", "step", "", long)
	if n := len(c.SVG()); n > 8000 {
		t.Errorf("%d bytes of SVG", n)
	}
	if n := len(c.Table()); n > tableRows+2 {
		t.Errorf("%d rows", n)
	}
}
