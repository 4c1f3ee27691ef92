package train

import (
	"strings"
	"testing"

	"github.com/curate/curate/internal/preprocess"
)

// What the lines do is shown by conformance/predict.py, which runs them.
func TestThreePythonLines(t *testing.T) {
	squashed := preprocess.Config{
		DoResize: true, Target: preprocess.Size{Height: 224, Width: 224}, Filter: 3, DoRescale: true, RescaleFactor: 1. / 255,
		DoNormalize: true, Mean: [3]float64{.5, .5, .5}, Std: [3]float64{.25, .5, .5},
	}
	cropped := preprocess.Config{DoResize: true, Target: preprocess.Size{ShortestEdge: 256}, Filter: 2, DoCenterCrop: true, Crop: preprocess.Size{Height: 224, Width: 224}}
	for _, c := range []struct {
		config preprocess.Config
		want   []string
	}{
		{squashed, []string{`.resize((224, 224), 3)`, `["ai", "r\"eal"]`, `numpy.asarray(p, "f") * 0.0039215686274509803 - [0.5, 0.5, 0.5]) / [0.25, 0.5, 0.5]`}},
		{cropped, []string{`int(s * 256 / min(p.size)) for s in p.size], 2)`, `x + 224, y + 224`, `{"pixel_values": (numpy.asarray(p, "f")).transpose`}},
	} {
		lines := pythonLines(c.config, []string{"ai", `r"eal`})
		if n := strings.Count(lines, "\n"); n != 2 {
			t.Errorf("%d lines", n+1)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.ReplaceAll(lines, `","`, `", "`), want) {
				t.Errorf("no %s in\n%s", want, lines)
			}
		}
	}
}
