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

// whole is a report that has every part.
func whole() Report {
	return Report{
		Title: "run <1>", Lead: "Judged on <test>.", Facts: []Fact{{"device", "cpu & more"}},
		Findings:  []Finding{{Bad, "Labels can be told <without> pixels", "The format alone tells them.", []Fact{{"format", "png"}}}},
		Tiles:     []Tile{{Figure: Figure{"accuracy", .9, .8, .95}, Title: "Accuracy"}},
		Figures:   []Figure{{"accuracy", .9, .8, .95}, {"auc", math.NaN(), math.NaN(), math.NaN()}},
		Confusion: &Confusion{[]string{"real", "ai"}, [][]int{{9, 1}, {0, 0}}},
		Curves:    []Chart{chart()}, Training: []Chart{chart()},
		Groups: []Table{{Title: "By generator", Header: []string{"generator", "n"}, Rows: [][]string{{"<script>", "3"}}, Bars: []Figure{{"", .5, .25, .75}}, Bar: "accuracy"}},
		More:   []Table{{Title: "Left out", Header: []string{"a"}, Rows: [][]string{{"b"}}}},
		Grid: &Grid{Note: "as it is: 0.900", Rows: []GridRow{
			{"JPEG", []GridCell{{"95", .9, []string{"AUC 0.9"}, 0}, {"30", .6, nil, .3}}}, {"blur", []GridCell{{"1", .75, nil, .15}}},
		}},
		Mistakes: &Mistakes{2, 10, []Mistake{{[]byte{0xff, 0xd8}, "ai", "real", .99, "a/<b>.jpg", "web"}, {Label: "real", Said: "ai", Path: "gone.png"}}},
		Data:     []Table{{Title: "Split", Header: []string{"class", "train"}, Rows: [][]string{{"ai", "3"}}}}, DataFacts: []Fact{{"groups", "7"}},
	}
}

func TestHTMLStandsAloneAndEscapes(t *testing.T) {
	r := whole()
	text, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{
		"run &lt;1&gt;", "Judged on &lt;test&gt;.", "0.900", "0.800 to 0.950", "<svg", "--share: 0.90", "&lt;script&gt;", "cpu &amp; more", "Loss &lt;of&gt;",
		"&lt;without&gt;", "data:image/jpeg;base64,/9g=", "a/&lt;b&gt;.jpg", "cannot be shown", "--fallen: 1.00", "--fallen: 0.50", `colspan="1"`, "2 of 10",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for _, never := range []string{"http://", "https://", `src="/`, "<script", "NaN", "ZgotmplZ", "url(", "@import"} {
		if strings.Contains(page, never) {
			t.Errorf("%q in the page", never)
		}
	}
	if strings.Index(page, "without&gt; pixels") > strings.Index(page, "tiles") && strings.Index(page, "without&gt; pixels") > strings.Index(page, `class="tile"`) {
		t.Error("what a reader must know first does not stand first")
	}
	for _, s := range r.Sections() {
		if !strings.Contains(page, `id="`+s.ID+`"`) {
			t.Errorf("%s can be jumped to and is not there", s.ID)
		}
	}
}

func TestWhatIsEmptyIsLeftOut(t *testing.T) {
	text, err := (&Report{Title: "nothing"}).HTML()
	if err != nil {
		t.Fatal(err)
	}
	body := string(text)[strings.Index(string(text), "<body>"):]
	for _, never := range []string{"<h2", "<table", "<nav", "<svg", "<ul"} {
		if strings.Contains(body, never) {
			t.Errorf("%s in a report of nothing", never)
		}
	}
}

func TestLongLinesAreThinned(t *testing.T) {
	l := Line{Name: "many"}
	for i := range 5000 {
		l.X, l.Y = append(l.X, float64(i)), append(l.Y, float64(i))
	}
	svg := string((Chart{Title: "t", Lines: []Line{l}}).SVG())
	if n := strings.Count(svg, ","); n > 320 || n < 250 {
		t.Errorf("%d points are drawn", n)
	}
	if !strings.Contains(svg, "408.0,12.0") {
		t.Error("the last point is missing")
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
