package report

import (
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func chart() Chart {
	return Chart{Title: "Loss <of> a run", X: "step", Y: "loss", Lines: []Line{
		{Name: "train", X: []float64{1, 2, 3}, Y: []float64{1, math.NaN(), .5}},
		{Name: "validation", X: []float64{3}, Y: []float64{.6}, Dots: true},
		{Name: "empty"},
	}}
}

func TestHTMLStandsAloneAndEscapes(t *testing.T) {
	r := Report{
		Title: "run <1>", Facts: []Fact{{"device", "cpu & more"}},
		Figures: []Figure{{"accuracy", .9, .8, .95}, {"auc", math.NaN(), math.NaN(), math.NaN()}},
		Charts:  []Chart{chart()}, Confusion: &Confusion{[]string{"real", "ai"}, [][]int{{9, 1}, {0, 0}}},
		Tables: []Table{{"per generator", []string{"generator", "n"}, [][]string{{"<script>", "3"}}}},
	}
	text, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{"run &lt;1&gt;", "0.9000", "0.8000 to 0.9500", "<svg", "--share: 0.90", "&lt;script&gt;", "cpu &amp; more", "Loss &lt;of&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for _, never := range []string{"http://", "https://", "src=", "<script", "NaN", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("%q in the page", never)
		}
	}
}

func TestChartWithoutPoints(t *testing.T) {
	if svg := string((Chart{Title: "nothing"}).SVG()); strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("drew %s", svg)
	}
}

func TestPNG(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loss.png")
	if err := chart().WritePNG(path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := png.Decode(f)
	if err != nil || p.Bounds().Dx() != 960 || p.Bounds().Dy() != 600 {
		t.Errorf("picture %v, %v", p.Bounds(), err)
	}
}

func TestTrainerTable(t *testing.T) {
	got := TrainerTable([]Row{{.33254, 1, 65, .1, .98, .97, .96, .95}, {.2, 2, 130, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()}})
	want := `| Training Loss | Epoch | Step | Validation Loss | Accuracy | F1     | Recall | Precision |
|:-------------:|:-----:|:----:|:---------------:|:--------:|:------:|:------:|:---------:|
| 0.3325        | 1.0   | 65   | 0.1000          | 0.9800   | 0.9700 | 0.9600 | 0.9500    |
| 0.2000        | 2.0   | 130  | -               | -        | -      | -      | -         |
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestCard(t *testing.T) {
	c := Card{
		Name: `run "1"`, Base: "google/vit-base-patch16-224", BaseOnHub: true, Classes: []string{"real", "ai"}, Positive: "ai", JudgedOn: "validation",
		Figures: []Figure{{"accuracy", .9, math.NaN(), math.NaN()}, {"auc", math.NaN(), 0, 0}}, Side: 224,
		Counts: Table{Header: []string{"class", "train"}, Rows: [][]string{{"real", "10"}}}, Recipe: []Fact{{"seed", "42"}},
	}
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"---\nlibrary_name", `- name: "run \"1\""`, "base_model: google/", "value: 0.9000\n---", "class **ai**", "| class | train |", "- seed: 42"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "auc") {
		t.Error("an undefined figure is in the card")
	}
	c.Figures, c.BaseOnHub, c.Base = nil, false, "folder"
	if text, err = c.Text(); err != nil || strings.Contains(text, "model-index") || strings.Contains(text, "base_model") {
		t.Errorf("without figures: %v\n%s", err, text)
	}
}
