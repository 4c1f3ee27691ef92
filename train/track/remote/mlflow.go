package remote

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/train/track"
)

// MLflow is a tracking server of MLflow.
type MLflow struct {
	URI                string // http or https; may hold a name and a password
	Experiment         string // "" for DefaultExperiment
	Token              string // else Username and Password, where there are any
	Username, Password string
}

// DefaultExperiment is MLflow's experiment, and W&B's project, unless one is named.
const DefaultExperiment = "curate"

// mlflow speaks MLflow's REST API, version 2.0, with the metric names of
// Transformers' MLflowCallback.
//
// Source: the REST API's reference and mlflow/protos/service.proto of MLflow 3;
// conformance/tracking.py has MLflow's own client read what comes of it.
type mlflow struct {
	*client
	experiment string
	run        string
	artifacts  string // path of the run's files behind the server's proxy, "" for none
}

// NewMLflow begins or goes on with the run of a folder on a tracking server.
func NewMLflow(m MLflow, run Run, notice func(string)) (*Remote, error) {
	b, err := m.backend()
	if err != nil {
		return nil, err
	}
	return start("mlflow", b.base, b, run, usual(), notice)
}

// Check says what is wrong with the settings.
func (m MLflow) Check() error {
	_, err := m.backend()
	return err
}

func (m MLflow) backend() (*mlflow, error) {
	if m.URI == "" {
		return nil, errors.New("mlflow: no server is named: set MLFLOW_TRACKING_URI to its address, such as http://127.0.0.1:5000")
	}
	c, user, err := newClient(m.URI, nil, m.Token, m.Password)
	if err != nil {
		return nil, fmt.Errorf("mlflow: MLFLOW_TRACKING_URI: %w", err)
	}
	if password, ok := user.Password(); ok && m.Username == "" {
		m.Username, m.Password = user.Username(), password
	}
	c.auth = func(r *http.Request) {
		switch {
		case m.Token != "":
			r.Header.Set("Authorization", "Bearer "+m.Token)
		case m.Username != "":
			r.SetBasicAuth(m.Username, m.Password)
		}
	}
	if m.Experiment == "" {
		m.Experiment = DefaultExperiment
	}
	return &mlflow{client: c, experiment: m.Experiment}, nil
}

// call makes a request of the API.
func (m *mlflow) call(ctx context.Context, method, what string, in, out any) error {
	return m.json(ctx, method, "/api/2.0/mlflow/"+what, in, out)
}

// mlflowRun is what the server says of a run.
type mlflowRun struct {
	Run struct {
		Info struct {
			RunID        string `json:"run_id"`
			ExperimentID string `json:"experiment_id"`
			ArtifactURI  string `json:"artifact_uri"`
		} `json:"info"`
	} `json:"run"`
}

// open notes a new run before it sends the settings: where that fails, the next try
// goes on with the same run.
func (m *mlflow) open(ctx context.Context, r Run, n *note) error {
	begin := m.resume
	if n.Run == "" {
		begin = m.create
	}
	if err := begin(ctx, r, n); err != nil || n.Params {
		return err
	}
	err := m.params(ctx, r.Params)
	n.Params = err == nil
	return err
}

// resume goes on with the run that n names.
func (m *mlflow) resume(ctx context.Context, _ Run, n *note) error {
	var got mlflowRun
	err := m.call(ctx, http.MethodGet, "runs/get?run_id="+url.QueryEscape(n.Run), nil, &got)
	if err == nil {
		err = m.call(ctx, http.MethodPost, "runs/update", map[string]any{"run_id": n.Run, "status": "RUNNING"}, nil)
	}
	if isMissing(err) {
		return finalError{fmt.Errorf("%s has no run %s any more; remove %s to begin a new one", m.base, n.Run, NoteFile("mlflow"))}
	}
	m.know(got)
	return err
}

// create makes a run and notes it.
func (m *mlflow) create(ctx context.Context, r Run, n *note) error {
	id, err := m.findExperiment(ctx)
	if err != nil {
		return err
	}
	tags := []map[string]string{{"key": "mlflow.source.name", "value": r.Program}, {"key": "mlflow.source.type", "value": "LOCAL"}}
	for _, k := range sortedKeys(r.Tags) {
		tags = append(tags, map[string]string{"key": k, "value": r.Tags[k]})
	}
	var got mlflowRun
	err = m.call(ctx, http.MethodPost, "runs/create", map[string]any{
		"experiment_id": id, "run_name": r.Name, "start_time": time.Now().UnixMilli(), "tags": tags,
	}, &got)
	if err != nil {
		return err
	}
	m.know(got)
	n.Run, n.In, n.URL = m.run, m.experiment, fmt.Sprintf("%s/#/experiments/%s/runs/%s", m.base, id, m.run)
	return n.write(r.Dir)
}

// know keeps what the server says of the run.
func (m *mlflow) know(r mlflowRun) {
	m.run = r.Run.Info.RunID
	if u, err := url.Parse(r.Run.Info.ArtifactURI); err == nil && u.Scheme == "mlflow-artifacts" {
		m.artifacts = strings.Trim(u.Path, "/")
	}
}

func isMissing(err error) bool {
	var s *statusError
	return errors.As(err, &s) && s.code == http.StatusNotFound
}

// findExperiment returns the id of the experiment, which is made where there is none.
func (m *mlflow) findExperiment(ctx context.Context) (string, error) {
	var found struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	err := m.call(ctx, http.MethodGet, "experiments/get-by-name?experiment_name="+url.QueryEscape(m.experiment), nil, &found)
	switch {
	case err == nil && found.Experiment.Stage == "deleted":
		return "", finalError{fmt.Errorf("the experiment %s was deleted on %s: restore it or name another with MLFLOW_EXPERIMENT_NAME", m.experiment, m.base)}
	case err == nil:
		return found.Experiment.ID, nil
	case !isMissing(err):
		return "", err
	}
	var made struct {
		ID string `json:"experiment_id"`
	}
	err = m.call(ctx, http.MethodPost, "experiments/create", map[string]any{"name": m.experiment}, &made)
	return made.ID, err
}

// What one request of log-batch may hold, and a parameter's value.
const (
	mostMetrics = 1000
	mostParams  = 100
	longestText = 500
)

func (m *mlflow) params(ctx context.Context, params map[string]any) error {
	var all []map[string]string
	for _, k := range sortedKeys(params) {
		text := fmt.Sprint(params[k])
		all = append(all, map[string]string{"key": k, "value": text[:min(len(text), longestText)]})
	}
	for part := range slices.Chunk(all, mostParams) {
		if err := m.call(ctx, http.MethodPost, "runs/log-batch", map[string]any{"run_id": m.run, "params": part}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *mlflow) send(ctx context.Context, _ int, points []track.Point, _ map[string]float64) error {
	var all []map[string]any
	for _, p := range points {
		at := p.Time.UnixMilli()
		all = append(all, map[string]any{"key": "epoch", "value": p.Epoch, "timestamp": at, "step": p.Step})
		for _, name := range sortedKeys(p.Values) {
			all = append(all, map[string]any{"key": name, "value": mlflowNumber(p.Values[name]), "timestamp": at, "step": p.Step})
		}
	}
	for part := range slices.Chunk(all, mostMetrics) {
		if err := m.call(ctx, http.MethodPost, "runs/log-batch", map[string]any{"run_id": m.run, "metrics": part}, nil); err != nil {
			return err
		}
	}
	return nil
}

// mlflowNumber writes what is no number as protobuf's JSON does.
func mlflowNumber(v float64) any {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return v
}

// beat does nothing: MLflow waits for a run as long as it takes.
func (m *mlflow) beat(context.Context) error { return nil }

// upload puts a file through the server's artifact proxy.
func (m *mlflow) upload(ctx context.Context, path string) error {
	if m.artifacts == "" {
		return finalError{fmt.Errorf("%s keeps files somewhere else and passes none on (start it with --serve-artifacts)", m.base)}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return finalError{fmt.Errorf("track a run: %w", err)}
	}
	address := m.base + "/api/2.0/mlflow-artifacts/artifacts/" + m.artifacts + "/" + url.PathEscape(filepath.Base(path))
	_, err = m.do(ctx, http.MethodPut, address, "application/octet-stream", data, m.auth)
	return err
}

func (m *mlflow) end(ctx context.Context, s Status) error {
	return m.call(ctx, http.MethodPost, "runs/update", map[string]any{
		"run_id": m.run, "status": strings.ToUpper(string(s)), "end_time": time.Now().UnixMilli(),
	}, nil)
}
