package train

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/checkpoint"
	"github.com/curate/curate/train/report"
	"github.com/curate/curate/train/track"
)

// About is what a result does not know of itself.
type About struct {
	Name       string
	Base       string // the model that training began with
	BaseOnHub  bool   // Base is an id of the Hugging Face Hub
	Preprocess preprocess.Config
	Classes    []string
	Positive   int
	Counts     []ClassCount
	JudgedOn   string // "validation" or "test"
	Recipe     []Fact
	Version    string // of curate
	Details    Details
}

// ClassCount is the pictures of a class in each part.
type ClassCount struct {
	Class            string
	Train, Val, Test int
}

// Fact is a setting by name.
type Fact = report.Fact

// PlotFile, ReportFile, CardFile and ModelFile are names of files that WriteFolder
// writes beside those of the Hugging Face layout.
const (
	PlotFile   = "loss.png"
	ReportFile = "report.html"
	CardFile   = "README.md"
	ModelFile  = "model.onnx"
)

// WriteFolder writes a result to dir as a model folder in Hugging Face layout, with
// a card, the curve, a report and the model as one ONNX file.
func WriteFolder(dir string, r *Result, a About) error {
	if err := r.Model.SaveFolder(dir, a.Classes); err != nil {
		return err
	}
	if err := a.Preprocess.SaveFile(filepath.Join(dir, preprocess.FileName)); err != nil {
		return err
	}
	graph, err := Classifier(r.Model)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, ModelFile), graph.Marshal(), 0o644); err != nil {
		return err
	}
	if err := writeState(dir, r); err != nil {
		return err
	}
	charts := r.charts()
	if err := charts[0].WritePNG(filepath.Join(dir, PlotFile)); err != nil {
		return err
	}
	page, err := r.report(a, charts)
	if err != nil {
		return err
	}
	if err := page.WriteHTML(filepath.Join(dir, ReportFile)); err != nil {
		return err
	}
	card := r.card(a)
	return card.Write(filepath.Join(dir, CardFile))
}

// Classifier returns the graph of a model with its weights inside, in standard
// operators: pixel_values [n, 3, side, side] to logits [n, classes], and to their
// softmax, probabilities [n, classes].
func Classifier(m *vit.Model) (*onnx.Graph, error) {
	g, side := onnx.New("classifier"), m.Config.ImageSize
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Logits: true})
	if err != nil {
		return nil, fmt.Errorf("write the classifier: %w", err)
	}
	g.Rename(out.Logits, "logits")
	chances := g.Op("Softmax", []string{"logits"}, onnx.IntAttr("axis", -1))
	g.Rename(chances, "probabilities")
	for _, name := range []string{"logits", "probabilities"} {
		g.Output(name, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())})
	}
	return g, nil
}

func writeState(dir string, r *Result) error {
	s := track.State{
		Epoch: r.epochs(), Step: r.Steps, MaxSteps: r.Steps, Epochs: int(math.Ceil(r.epochs())), MicroBatch: r.Micro, Points: r.Points,
	}
	if best := r.Best(); best.Eval.N > 0 {
		loss := float64(best.Eval.Loss)
		s.BestMetric, s.BestStep = &loss, best.Step
	}
	return track.WriteState(dir, s)
}

// epochs is how often every picture was seen.
func (r *Result) epochs() float64 {
	if len(r.Rows) == 0 {
		return 0
	}
	return r.Rows[len(r.Rows)-1].Epoch
}

// Ready tells whether dir may take the files of a new run: it is empty, not there,
// or holds no more than the log of a run that came to nothing. A model or a
// checkpoint there is an error, because the run would write over them.
func Ready(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	logged := false
	for _, e := range entries {
		switch name := e.Name(); {
		case name == safetensors.ModelFile, name == ModelFile:
			return fmt.Errorf("%s holds a trained model: name another folder with --out, or remove this one to train into it", dir)
		case strings.HasPrefix(name, checkpoint.Prefix):
			return fmt.Errorf("%s holds checkpoints of an unfinished run: give the same command as then to go on with it, name another folder with --out, or remove this one to give the run up", dir)
		case name == track.MetricsFile:
			logged = true
		}
	}
	if len(entries) > 0 && !logged {
		return fmt.Errorf("%s holds other files; name an empty folder with --out", dir)
	}
	return nil
}
