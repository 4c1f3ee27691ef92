package chrome_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

// trains records a run of training that is under way.
func (p *page) trains(name string) catalog.Run {
	p.Helper()
	settings := map[string]any{"mode": "full", "model": "vit", "resolution": 224, "positive": "ai", "judged_on": "validation", "options": map[string]any{"Epochs": 2}}
	r, err := p.site.Catalog.StartRun(p.Context(), "train", name, p.TempDir(), settings)
	p.must(err)
	return r
}

func (p *page) leaves(r catalog.Run, file, text string) {
	p.Helper()
	p.must(os.WriteFile(filepath.Join(r.Dir, file), []byte(text), 0o600))
}

// judges ends a run whose model took every picture for ai.
func (p *page) judges(r catalog.Run) {
	p.Helper()
	var lines strings.Builder
	for i, id := range p.ids {
		im, err := p.site.Catalog.ImageByID(p.Context(), id)
		p.must(err)
		line, err := json.Marshal(stage.Answer{SHA256: im.Hash.String(), Path: "a.jpg", Split: "val", Label: []string{"ai", "real"}[i%2], Said: "ai", Probability: .75,
			Probabilities: map[string]float64{"ai": .75, "real": .25}})
		p.must(err)
		fmt.Fprintln(&lines, string(line))
	}
	p.leaves(r, stage.AnswersFile, lines.String())
	p.must(p.site.Catalog.FinishRun(p.Context(), r.ID, map[string]any{"accuracy": .5}, nil))
}

const twoEpochs = `{"epoch":0.5,"loss":0.7,"learning_rate":0.00002,"step":1}
{"epoch":1,"eval_loss":0.6,"eval_accuracy":0.5,"step":2}
{"epoch":2,"eval_loss":0.5,"eval_accuracy":0.75,"step":4}
`

// The curves of a run under way grow on an open page, a table that was opened stays open,
// and when the run ends its mistakes are there. Nothing of it keeps people out.
func TestRunsAreWatched(t *testing.T) {
	p := emptyPage(t)
	for i := range 12 {
		p.add(webtest.Picture{Name: fmt.Sprint(i, ".jpg"), Seed: uint64(i)})
	}
	r, other := p.trains("full-1"), p.trains("full-2")
	p.leaves(r, "metrics.jsonl", twoEpochs[:strings.Index(twoEpochs, "\n")+1])
	p.leaves(other, "metrics.jsonl", twoEpochs)
	p.judges(other)
	p.open(fmt.Sprint("/runs/", r.ID))
	p.wait(`document.querySelector("[data-step='1'] svg")`)
	p.eval(`document.querySelector(".chart summary").click(); ""`)
	p.leaves(r, "metrics.jsonl", twoEpochs)
	p.wait(`document.querySelector("[data-step='4']") && document.querySelector(".chart details").open`)
	p.judges(r)
	p.says("Worst mistakes")
	p.Expect("422") // what is sent is no picture
	p.eval(`const files = new DataTransfer(); files.items.add(new File(["no picture"], "a.txt"));
		const input = document.querySelector("input[type=file]"); input.files = files.files; input.dispatchEvent(new Event("change")); ""`)
	p.says("This cannot be read as a picture")
	p.open("/runs")
	p.wait(`document.querySelector("[data-compare] button").disabled`)
	p.eval(`document.querySelectorAll("[data-compare] input").forEach(i => i.click()); document.querySelector("[data-compare] button").click(); ""`)
	p.says("Both are right on the same pictures")
	p.accessible("/runs", fmt.Sprint("/runs/", r.ID), fmt.Sprint("/runs/", r.ID, "/pictures?wrong=1"), fmt.Sprintf("/runs/compare?run=%d&run=%d", r.ID, other.ID))
}

// accessible looks at pages, light on a laptop and dark on a phone, for what keeps people out.
func (p *page) accessible(paths ...string) {
	p.Helper()
	axe := axeScript(p.T)
	for _, look := range []struct {
		w, h int
		dark bool
	}{{1400, 900, false}, {390, 800, true}} {
		p.must(p.Look(look.w, look.h, look.dark))
		for _, path := range paths {
			p.open(path)
			faults, err := p.Access()
			p.must(err)
			if axe != "" {
				p.eval(axe + `; ""`)
				more, err := chrome.Eval[[]string](p.Tab, axeFaults)
				p.must(err)
				faults = append(faults, more...)
			}
			for _, f := range faults {
				p.Errorf("%s at %d x %d, dark %t: %s", path, look.w, look.h, look.dark, f)
			}
		}
	}
}
