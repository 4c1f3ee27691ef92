package remote

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/train/track"
)

// recorder answers requests from a table by path, and keeps what it was sent.
type recorder struct {
	mu      sync.Mutex
	answers map[string]string // a body; with "CODE " before it, a status
	got     []string          // METHOD path auth body
}

func serve(t *testing.T, answers map[string]string) (*recorder, *httptest.Server) {
	t.Helper()
	r := &recorder{answers: answers}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return r, s
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, fmt.Sprintf("%s %s [%s] %s", req.Method, req.URL, req.Header.Get("Authorization"), body))
	answer, ok := r.answers[req.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
	}
	var code int
	if n, _ := fmt.Sscanf(answer, "%d ", &code); n == 1 {
		w.WriteHeader(code)
	}
	fmt.Fprint(w, answer)
}

func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.got, "\n")
}

// want tells which of the texts were never sent.
func (r *recorder) want(t *testing.T, texts ...string) {
	t.Helper()
	all := r.all()
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("never sent: %s\nsent:\n%s", text, all)
		}
	}
}

func somePoints() []track.Point {
	at := time.UnixMilli(1700000000000).UTC()
	return []track.Point{
		{Step: 1, Epoch: .5, Time: at, Values: map[string]float64{"loss": .75, "learning_rate": 5e-5}},
		{Step: 2, Epoch: 1, Time: at.Add(time.Second), Values: map[string]float64{"eval_loss": math.Inf(1)}},
	}
}

// whole sends a short run.
func whole(t *testing.T, r *Remote, dir string) error {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("card"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range somePoints() {
		if err := r.Log(p); err != nil {
			t.Fatal(err)
		}
	}
	return r.End(t.Context(), Finished, "README.md")
}

const mlflowAPI = "/api/2.0/mlflow/"

func TestMLflowSendsARun(t *testing.T) {
	run := `{"run": {"info": {"run_id": "r7", "experiment_id": "3", "artifact_uri": "mlflow-artifacts:/3/r7/artifacts"}}}`
	rec, s := serve(t, map[string]string{
		mlflowAPI + "experiments/create": `{"experiment_id": "3"}`, mlflowAPI + "runs/create": run, mlflowAPI + "runs/get": run,
		mlflowAPI + "runs/log-batch": "{}", mlflowAPI + "runs/update": "{}",
		"/api/2.0/mlflow-artifacts/artifacts/3/r7/artifacts/README.md": "{}",
	})
	dir := t.TempDir()
	address := strings.Replace(s.URL, "http://", "http://me:pass@", 1)
	r, err := NewMLflow(MLflow{URI: address}, Run{Name: "full-1", Dir: dir, Params: map[string]any{"lr": 5e-5}, Program: "curate 1"}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := whole(t, r, dir); err != nil {
		t.Fatal(err)
	}
	rec.want(t, "[Basic bWU6cGFzcw==]", `"name":"curate"`, `"run_name":"full-1"`, `"key":"lr","value":"5e-05"`,
		`{"key":"loss","step":1,"timestamp":1700000000000,"value":0.75}`, `"key":"eval_loss","step":2,"timestamp":1700000001000,"value":"Infinity"`,
		"PUT /api/2.0/mlflow-artifacts/artifacts/3/r7/artifacts/README.md [Basic bWU6cGFzcw==] card", `"status":"FINISHED"`)
	// Another part of the run goes on with it.
	r, err = NewMLflow(MLflow{URI: address}, Run{Name: "full-1", Dir: dir}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := whole(t, r, dir); err != nil {
		t.Fatal(err)
	}
	rec.want(t, `"status":"RUNNING"`)
	if n := strings.Count(rec.all(), "runs/create"); n != 1 {
		t.Errorf("%d runs were made", n)
	}
}

// Settings that did not arrive are sent to the same run later.
func TestMLflowSendsSettingsThatDidNotArrive(t *testing.T) {
	run := `{"run": {"info": {"run_id": "r7", "experiment_id": "3", "artifact_uri": "mlflow-artifacts:/3/r7/artifacts"}}}`
	rec, s := serve(t, map[string]string{
		mlflowAPI + "experiments/get-by-name": `{"experiment": {"experiment_id": "3"}}`, mlflowAPI + "runs/create": run, mlflowAPI + "runs/get": run,
		mlflowAPI + "runs/log-batch": "503 busy", mlflowAPI + "runs/update": "{}",
	})
	dir := t.TempDir()
	for _, answer := range []string{"503 busy", "{}", "{}"} {
		rec.mu.Lock()
		rec.answers[mlflowAPI+"runs/log-batch"] = answer
		rec.mu.Unlock()
		r, err := NewMLflow(MLflow{URI: s.URL}, Run{Name: "full-1", Dir: dir, Params: map[string]any{"lr": 5e-5}}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.End(t.Context(), Finished); (err == nil) != (answer == "{}") {
			t.Errorf("error %v where settings are answered with %s", err, answer)
		}
	}
	all := rec.all()
	if made, sent := strings.Count(all, "runs/create"), strings.Count(all, `"key":"lr"`); made != 1 || sent != 2 {
		t.Errorf("%d runs were made, settings were sent %d times", made, sent)
	}
}

func TestWandBSendsARun(t *testing.T) {
	bucket := `{"data": {"upsertBucket": {"bucket": {"name": "x", "project": {"name": "curate", "entity": {"name": "team"}}}}, "createRunFiles": {"uploadHeaders": ["X-A: b"], "files": [{"uploadUrl": "/put/README.md?signed=1"}]}}}`
	rec, s := serve(t, map[string]string{"/graphql": bucket, "/files/team/curate/x/file_stream": "{}", "/put/README.md": "{}"})
	dir := t.TempDir()
	r, err := NewWandB(WandB{BaseURL: s.URL, Key: "secret"}, Run{Name: "full-1", Dir: dir, Params: map[string]any{"lr": 5e-5, "mode": "full"}}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := whole(t, r, dir); err != nil {
		t.Fatal(err)
	}
	rec.want(t, `[Basic YXBpOnNlY3JldA==]`, `\"lr\":{\"value\":0.00005}`, `\"mode\":{\"value\":\"full\"}`,
		`"wandb-history.jsonl":{"offset":0`, `\"train/loss\":0.75`, `\"eval/loss\":Infinity`, `\"train/global_step\":2`,
		"PUT /put/README.md?signed=1 [] card", `"uploaded":["README.md"]`, `{"complete":true,"exitcode":0}`)
}

// TestSecretsStayOut: no file and no message holds a key or a password, whatever a
// server says.
func TestSecretsStayOut(t *testing.T) {
	const secret = "s3cret/+x"
	_, s := serve(t, map[string]string{"/graphql": "403 you sent " + secret, mlflowAPI + "experiments/get-by-name": "500 " + secret})
	dir, say := t.TempDir(), &notices{}
	ask := func(r *Remote, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := whole(t, r, dir); err == nil {
			t.Error("no error")
		} else {
			say.add(err.Error())
		}
	}
	ask(NewWandB(WandB{BaseURL: s.URL, Key: secret}, Run{Dir: dir}, say.add))
	ask(NewMLflow(MLflow{URI: strings.Replace(s.URL, "http://", "http://me:s3cret%2F+x@", 1)}, Run{Dir: dir}, say.add))
	ask(NewMLflow(MLflow{URI: "http://me:s3cret%2F+x@127.0.0.1:1"}, Run{Dir: dir}, say.add))
	text := say.all()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text += string(data)
	}
	if strings.Contains(text, "s3cret") || !strings.Contains(text, "403") {
		t.Errorf("said or kept:\n%s", text)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for want, err := range map[string]error{
		"MLFLOW_TRACKING_URI":   MLflow{}.Check(),
		"begin with https://":   MLflow{URI: "sqlite:///mlflow.db"}.Check(),
		"WANDB_API_KEY":         WandB{}.Check(),
		"name a server":         WandB{BaseURL: "https://", Key: "k"}.Check(),
		"WANDB_BASE_URL: the a": WandB{BaseURL: "api.wandb.ai", Key: "k"}.Check(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if err := (WandB{Key: "k"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestExtendedJSON(t *testing.T) {
	got := extendedJSON(map[string]float64{"a": 1, "b": math.NaN(), "c": math.Inf(-1), "d": 1e-7})
	if want := `{"a":1,"b":NaN,"c":-Infinity,"d":1e-07}`; got != want {
		t.Errorf("got %s", got)
	}
	var back map[string]float64
	if err := json.Unmarshal([]byte(extendedJSON(map[string]float64{"x/y": .5, "n": 3})), &back); err != nil || back["x/y"] != .5 || back["n"] != 3 {
		t.Errorf("%v, %v", back, err)
	}
}
