package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// hash is the content of an image by its place in ids.
func (x *site) hash(at int) string {
	x.t.Helper()
	im, err := x.c.ImageByID(x.t.Context(), x.ids[at])
	if err != nil {
		x.t.Fatal(err)
	}
	return im.Hash.String()
}

// started records a run of that kind with a folder of its own.
func (x *site) started(kind, name string, settings any) catalog.Run {
	x.t.Helper()
	dir := filepath.Join(x.t.TempDir(), "run")
	if err := os.Mkdir(dir, 0o755); err != nil {
		x.t.Fatal(err)
	}
	r, err := x.c.StartRun(x.t.Context(), kind, name, dir, settings)
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

func (x *site) ended(r catalog.Run, figures any, why error) {
	x.t.Helper()
	if err := x.c.FinishRun(x.t.Context(), r.ID, figures, why); err != nil {
		x.t.Fatal(err)
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// said is what a model says of the images, in their order: how probable "ai" is. The
// images are labelled real and ai by turns.
func (x *site) said(dir string, ai ...float64) {
	x.t.Helper()
	var lines []string
	for i, p := range ai {
		a := stage.Answer{SHA256: x.hash(i), Path: filepath.Join(x.dir, "gone.jpg"), Split: "val", Label: "real", Said: "real", Probability: 1 - p,
			Probabilities: map[string]float64{"ai": p, "real": 1 - p}}
		if i%2 == 1 {
			a.Label = "ai"
		}
		if p > .5 {
			a.Said, a.Probability = "ai", p
		}
		line, err := json.Marshal(a)
		if err != nil {
			x.t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	write(x.t, dir, stage.AnswersFile, strings.Join(lines, "\n")+"\n")
}

const logOfTwoEpochs = `{"epoch":0.5,"learning_rate":0.00002,"loss":0.75,"step":1}
{"epoch":1,"learning_rate":0.00005,"loss":0.5,"step":2}
{"epoch":1,"eval_accuracy":0.75,"eval_loss":0.625,"step":2}
{"epoch":2,"eval_accuracy":0.875,"eval_loss":0.4375,"step":4}
`

func trainSettings(mode string) map[string]any {
	return map[string]any{"mode": mode, "model": "vit", "model_hash": "h", "resolution": 32, "classes": []string{"ai", "real"}, "positive": "ai",
		"judged_on": "validation", "command": "curate train --mode " + mode, "options": map[string]any{"Epochs": 2, "LR": 5e-5}}
}

// trained is a finished run whose model said that of the images.
func (x *site) trained(name string, ai ...float64) catalog.Run {
	x.t.Helper()
	r := x.started("train", name, trainSettings("full"))
	write(x.t, r.Dir, "metrics.jsonl", logOfTwoEpochs)
	x.said(r.Dir, ai...)
	x.ended(r, map[string]any{"accuracy": .875, "f1": .8, "loss": .4375, "auc": nil}, nil)
	return r
}

func address(r catalog.Run, rest string) string { return fmt.Sprint("/runs/", r.ID, rest) }

// shows asks for a page and looks for texts in it.
func (x *site) shows(path string, want int, texts ...string) string {
	x.t.Helper()
	status, page := x.get(path)
	if status != want {
		x.t.Errorf("%s: %d, want %d: %.300s", path, status, want, page)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			x.t.Errorf("%s does not show %q:\n%s", path, text, page)
		}
	}
	return page
}

func TestRunsAreListedAndShown(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
	x.shows("/runs", 200, "No run yet", "curate train")
	r := x.trained("full-1", .1, .9, .8, .3) // two are wrong: 2 is said to be ai with .8, 3 to be real with .7
	d := x.started("dedup", "", map[string]any{"kind": "copy", "threshold": .9, "model": nil})
	x.ended(d, catalog.MarkCounts{Pairs: 1234, Clusters: 3}, nil)
	e := x.started("descriptor", "", map[string]any{"Layers": 8, "Steps": 1100})
	write(t, e.Dir, "log.jsonl", `{"step":0,"loss":0,"known":{"ap":0.5},"unseen":{"ap":0.25}}`+"\n"+`{"step":50,"loss":2,"infonce":1,"known":{"ap":0.75},"unseen":{"ap":0.625}}`+"\n")
	x.ended(e, map[string]any{"best": map[string]any{"known": map[string]any{"ap": .75, "recall": .5}}}, nil)
	x.shows(address(e, ""), 200, "8 layers, 1100 steps", "AP, edits it makes", "0.750", "edits it never makes 0.625 at step 50")
	x.shows("/runs", 200, "Encoders", "descriptor-1", "full-1", "0.875", "finished", "dedup-1", "copy, from 0.9, hashes", "1\u2009234", `class="spark"`)
	page := x.shows(address(r, ""), 200, "full of vit, 32 px", "4 pictures", "Worst mistakes", "80.0%", "70.0%", "options.LR", `aria-label="Loss: training 0.5 at step 2`,
		`<th scope="row">4</th><td></td><td>0.4375</td>`, address(r, "/pictures?on=chosen&amp;is=real&amp;said=ai"), "a little too good")
	if strings.Index(page, "80.0%") > strings.Index(page, "70.0%") {
		t.Error("the worst mistake is not the first")
	}
	x.shows("/runs/full-1", 200, "Worst mistakes")
	x.shows(address(r, "/pictures?on=chosen&is=real&said=ai"), 200, "1 picture", fmt.Sprint("/image/", x.ids[2]))
	x.shows(address(r, "/pictures?wrong=1"), 200, "2 pictures", fmt.Sprint("/image/", x.ids[3]))
	x.shows(address(r, "/pictures?wrong=1&after=99"), 200, "There is no such picture")
	x.shows(address(d, ""), 200, "Go through the clusters", "1\u2009234")
}

func TestARunUnderWayIsFollowed(t *testing.T) {
	x := newSite(t)
	r := x.started("train", "full-1", trainSettings("full"))
	x.shows(address(r, ""), 200, "running", "Nothing was measured yet", `data-live="`+address(r, "/live"))
	write(t, r.Dir, "metrics.jsonl", logOfTwoEpochs+`{"epoch":2,"loss":0.1,"st`)
	live := x.shows(address(r, "/live"), 200, `data-state="running"`, `data-step="4"`, "at step 4", `<progress value="1.000"`)
	if strings.Contains(live, "<html") || strings.Contains(live, "cannot be read") {
		t.Errorf("a line on its way is a fault, or the frame is there too:\n%s", live)
	}
	write(t, r.Dir, "metrics.jsonl", "{\"step\":1,\"loss\":0.7}\n{\"step\":2,\"lo\n{\"step\":3,\"loss\":0.6}\n")
	x.shows(address(r, "/live"), 200, "1 line of the log cannot be read and is left out", "at step 3")
	if err := os.Mkdir(filepath.Join(r.Dir, "checkpoint-3"), 0o755); err != nil {
		t.Fatal(err)
	}
	x.ended(r, nil, context.Canceled)
	x.shows(address(r, ""), 200, "stopped", "last checkpoint is that of step 3", "curate train --mode full")
}

func TestRunsThatCannotBeShownSayWhy(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	r := x.trained("full-1", .1, .2)
	failed := x.started("train", "full-2", trainSettings("full"))
	x.ended(failed, nil, os.ErrPermission)
	x.shows(address(failed, ""), 200, "failed", "permission denied", "begins anew")
	write(t, r.Dir, stage.AnswersFile, "nonsense\n")
	x.shows(address(r, ""), 200, "1 line of what it said cannot be read")
	if err := os.RemoveAll(r.Dir); err != nil {
		t.Fatal(err)
	}
	x.shows(address(r, ""), 200, "is not there any more", "full of vit")
	x.shows(address(r, "/pictures"), 410, "is not there")
	x.shows(address(r, "/try?image=1"), 409, "cannot be loaded")
	newer := x.started("train", "magic-1", map[string]any{"mode": "magic", "model": []any{map[string]any{"x": 1}}, "positive": 7, "odd": map[string]any{"deep": []int{1, 2}}})
	x.ended(newer, []string{"no", "object"}, nil)
	x.shows(address(newer, ""), 200, "magic", "odd.deep", "1, 2")
	for path, want := range map[string]int{
		"/runs/..": 307, "/runs/%2e%2e": 404, "/runs/%2e%2e%2fx": 404, "/runs/99": 404, "/runs/-1": 404, "/runs/full-1/report.html": 404, address(r, "?on=.."): 404,
		"/runs/compare": 400, "/runs/compare?run=1&run=1": 400, "/runs/compare?run=1&run=99": 404, "/runs/99/live": 404, "/api/runs/99": 404, "/api/runs/1/metrics?from=x": 400,
		"/runs/1/try?image=x": 400, "/api/runs?limit=-1": 400,
	} {
		x.shows(path, want)
	}
}

// Whatever lies in a run's folder, no file of it is ever sent, and its words are text.
func TestRunFoldersAreNotServed(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	evil := `<script>alert(1)</script>`
	r := x.trained(evil, .1, .2)
	write(t, r.Dir, "report.html", "<h1>SECRET</h1>"+evil)
	write(t, r.Dir, stage.AnswersFile, fmt.Sprintf(`{"sha256":"../..","path":"/etc/%s","label":%q,"said":%q,"probability":0.9,"probabilities":{%q:0.9,"<b>x</b>":0.1}}`+"\n",
		"<img src=x onerror=alert(2)>", "<b>x</b>", evil, evil))
	e := x.started("evaluate", "", map[string]any{"run": r.Name, "folder": "/tmp/" + evil})
	x.ended(e, map[string]any{"n": 1, "per": map[string]any{"subject": []any{map[string]any{"key": evil, "n": 1}}}}, nil)
	for _, path := range []string{"/runs", address(r, ""), address(r, "?on=chosen"), address(r, "/live"), address(r, "/pictures?on=chosen"), address(r, "/pictures?on=chosen&is="+"%3Cscript%3Ealert(1)&said=x")} {
		_, page := x.get(path)
		for _, bad := range []string{"<script>alert", "<img src=x", "<b>x", "SECRET"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
}

// What one source hides stands below the AUC; an evaluation of an older curate did not look.
func TestTheWorstSourceIsShown(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	r := x.trained("full-1", .1, .9)
	e := x.started("evaluate", "", map[string]any{"run": r.Name, "split": "test"})
	x.ended(e, map[string]any{"n": 2, "auc": .9, "threshold": .4, "balanced_accuracy": .8, "balanced_accuracy_ci": []any{.7, .875}, "source_tells_label": true,
		"worst_source": map[string]any{"source": "lab <b>", "n": 12, "balanced_accuracy": .25, "ci": []any{nil, nil}}}, nil)
	x.shows(address(r, "?on=test"), 200, "balanced accuracy</bdi></th><td>0.800</td><td>0.700 to 0.875</td>", "worst source, lab &lt;b&gt;</bdi></th><td>0.250</td><td></td>", "one class only")
	old := x.started("evaluate", "", map[string]any{"run": r.Name, "split": "val"})
	x.ended(old, map[string]any{"n": 2, "auc": .9}, nil)
	if page := x.shows(address(r, "?on=val"), 200, "AUC"); strings.Contains(page, "balanced accuracy") {
		t.Error("a figure that nobody took is shown")
	}
}

func TestTwoRunsAreCompared(t *testing.T) {
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprint(i, ".jpg")
	}
	x := newSite(t, names...)
	good, bad := make([]float64, len(names)), make([]float64, len(names))
	for i := range names {
		good[i] = []float64{.2, .8}[i%2] // all right
		bad[i] = .4                      // all are real
	}
	a, b := x.trained("full-1", bad...), x.trained("full-2", good...)
	page := x.shows(fmt.Sprintf("/runs/compare?run=%d&run=%d", b.ID, a.ID), 200, "full-2 is better", "12 pictures", "p = 0.031", "both right 6", "1: <bdi>real</bdi> ✕",
		"&#43;0.500", `full-1 0.4375 at epoch 2`)
	if strings.Count(page, `<li class="tile">`) != 6 {
		t.Errorf("6 pictures differ:\n%s", page)
	}
	d := x.started("dedup", "", map[string]any{})
	x.shows(fmt.Sprintf("/runs/compare?run=%d&run=%d", a.ID, d.ID), 400, "nothing to be compared")
}

func TestRunsForScripts(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	r := x.trained("full-1", .1, .2)
	var list []struct {
		Name, Status string
		Figures      map[string]any
		Settings     struct{ Mode string }
	}
	_, text := x.get("/api/runs?kind=train")
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 || list[0].Status != "done" || list[0].Settings.Mode != "full" || list[0].Figures["accuracy"] != .875 {
		t.Errorf("%v: %s", err, text)
	}
	var m stage.Measured
	_, text = x.get(fmt.Sprint("/api/runs/", r.ID, "/metrics?from=", strings.Index(logOfTwoEpochs, "{\"epoch\":2")))
	if err := json.Unmarshal([]byte(text), &m); err != nil || len(m.Points) != 1 || m.Points[0]["eval_loss"] != .4375 || m.Next != int64(len(logOfTwoEpochs)) {
		t.Errorf("%v: %s", err, text)
	}
	var answers []stage.Answer
	_, text = x.get("/api/runs/full-1/predictions")
	if err := json.Unmarshal([]byte(text), &answers); err != nil || len(answers) != 2 || answers[0].Right() || !answers[1].Right() {
		t.Errorf("%v: %s", err, text)
	}
	if status, said := x.post("/api/runs/full-1/predict", map[string]any{"image": 1}); status != http.StatusConflict || !strings.Contains(fmt.Sprint(said["error"]), "cannot be loaded") {
		t.Errorf("a run without a model: %d %v", status, said)
	}
}
