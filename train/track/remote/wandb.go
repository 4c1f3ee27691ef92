package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/curate/curate/train/track"
)

// WandB is Weights & Biases, or a server of one's own that speaks its API.
type WandB struct {
	BaseURL string // "" for the public one
	Key     string
	Project string // "" for DefaultExperiment
	Entity  string // "" for the key's own
}

// PublicWandB is the address of the public server's API.
const PublicWandB = "https://api.wandb.ai"

// wandb speaks W&B's GraphQL and file-stream APIs, with the metric names of
// Transformers' WandbCallback: a line of history for every point, against
// train/global_step.
//
// Source: the official client's core/internal (gql, runupserter, filestream,
// runfiles), version 0.31; conformance/tracking.py runs it and this against one
// stand-in and compares.
type wandb struct {
	*client
	project, entity string
	run             string
	began           time.Time // of the first point
}

// NewWandB begins or goes on with the run of a folder on W&B.
func NewWandB(w WandB, run Run, notice func(string)) (*Remote, error) {
	b, err := w.backend()
	if err != nil {
		return nil, err
	}
	return start("wandb", b.base, b, run, usual(), notice)
}

// Check says what is wrong with the settings.
func (w WandB) Check() error {
	_, err := w.backend()
	return err
}

func (w WandB) backend() (*wandb, error) {
	if w.BaseURL == "" {
		w.BaseURL = PublicWandB
	}
	if w.Project == "" {
		w.Project = DefaultExperiment
	}
	c, _, err := newClient(w.BaseURL, func(r *http.Request) { r.SetBasicAuth("api", w.Key) }, w.Key)
	if err != nil {
		return nil, fmt.Errorf("wandb: WANDB_BASE_URL: %w", err)
	}
	if w.Key == "" {
		return nil, fmt.Errorf("wandb: there is no key for %s: set WANDB_API_KEY, or log in once with `wandb login`, which writes it to ~/.netrc", c.base)
	}
	return &wandb{client: c, project: w.Project, entity: w.Entity}, nil
}

// query makes a request of the GraphQL API.
func (w *wandb) query(ctx context.Context, name, text string, variables map[string]any, out any) error {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	in := map[string]any{"operationName": name, "query": text, "variables": variables}
	if err := w.json(ctx, http.MethodPost, "/graphql", in, &answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		return finalError{w.clean(fmt.Errorf("%s: %s: %s", w.base, name, answer.Errors[0].Message))}
	}
	return json.Unmarshal(answer.Data, out)
}

const upsertBucket = `mutation UpsertBucket($name: String, $project: String, $entity: String, $displayName: String, $config: JSONString, $program: String, $tags: [String!]) {
	upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, displayName: $displayName, config: $config, jobProgram: $program, tags: $tags}) {
		bucket { id name displayName project { name entity { name } } historyLineCount }
		inserted
	}
}`

// open makes the run under an id of our own, so that a second try makes no second
// run.
func (w *wandb) open(ctx context.Context, r Run, n *note) error {
	if n.Run == "" {
		n.Run = newID()
		if err := n.write(r.Dir); err != nil {
			return err
		}
	}
	if entity, project, ok := strings.Cut(n.In, "/"); ok {
		w.entity, w.project = entity, project
	}
	config, err := wandbConfig(r)
	if err != nil {
		return err
	}
	variables := map[string]any{"name": n.Run, "project": w.project, "displayName": r.Name, "config": config, "program": r.Program, "tags": slices.Sorted(maps.Values(r.Tags))}
	if w.entity != "" {
		variables["entity"] = w.entity
	}
	var out struct {
		UpsertBucket struct {
			Bucket struct {
				Name    string `json:"name"`
				Project struct {
					Name   string `json:"name"`
					Entity struct {
						Name string `json:"name"`
					} `json:"entity"`
				} `json:"project"`
			} `json:"bucket"`
		} `json:"upsertBucket"`
	}
	if err := w.query(ctx, "UpsertBucket", upsertBucket, variables, &out); err != nil {
		return err
	}
	b := out.UpsertBucket.Bucket
	if b.Name == "" || b.Project.Entity.Name == "" {
		return finalError{fmt.Errorf("%s made no run", w.base)}
	}
	w.run, w.project, w.entity = b.Name, b.Project.Name, b.Project.Entity.Name
	n.Run, n.In = w.run, w.entity+"/"+w.project
	n.URL = fmt.Sprintf("%s/%s/%s/runs/%s", strings.Replace(w.base, "://api.", "://", 1), w.entity, w.project, w.run)
	return nil
}

// chunk is a part of a file that is streamed: lines from offset on.
type chunk struct {
	Offset  int      `json:"offset"`
	Content []string `json:"content"`
}

// stream is a request of the file-stream API. An empty one is a sign of life.
type stream struct {
	Files    map[string]chunk `json:"files,omitempty"`
	Uploaded []string         `json:"uploaded,omitempty"`
	Complete bool             `json:"complete,omitempty"`
	Exit     *int             `json:"exitcode,omitempty"`
}

func (w *wandb) stream(ctx context.Context, s stream) error {
	path := fmt.Sprintf("/files/%s/%s/%s/file_stream", url.PathEscape(w.entity), url.PathEscape(w.project), url.PathEscape(w.run))
	return w.json(ctx, http.MethodPost, path, s, nil)
}

// send writes lines of history by their number, so that sending them again changes
// nothing.
func (w *wandb) send(ctx context.Context, from int, points []track.Point, last map[string]float64) error {
	var lines []string
	if w.began.IsZero() {
		w.began = points[0].Time
	}
	var row map[string]float64
	for i, p := range points {
		row = map[string]float64{
			"_step": float64(from + i), "_timestamp": float64(p.Time.UnixNano()) / 1e9, "_runtime": p.Time.Sub(w.began).Seconds(),
			"train/global_step": float64(p.Step), "train/epoch": p.Epoch,
		}
		for name, v := range p.Values {
			row[track.Tag(name)] = v
		}
		lines = append(lines, extendedJSON(row))
	}
	summary := maps.Clone(row)
	for name, v := range last {
		summary[track.Tag(name)] = v
	}
	return w.stream(ctx, stream{Files: map[string]chunk{
		"wandb-history.jsonl": {from, lines},
		"wandb-summary.json":  {0, []string{extendedJSON(summary)}},
	}})
}

// extendedJSON writes an object of numbers; NaN and Infinity are bare words, as the
// official client has them.
func extendedJSON(row map[string]float64) string {
	var fields []string
	for _, name := range sortedKeys(row) {
		number := strconv.FormatFloat(row[name], 'g', -1, 64)
		number = strings.TrimPrefix(strings.Replace(number, "Inf", "Infinity", 1), "+")
		fields = append(fields, strconv.Quote(name)+":"+number)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func (w *wandb) beat(ctx context.Context) error { return w.stream(ctx, stream{}) }

const createRunFiles = `mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
	createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) {
		runID
		uploadHeaders
		files { name uploadUrl }
	}
}`

// upload asks where a file belongs and puts it there.
func (w *wandb) upload(ctx context.Context, path string) error {
	name := filepath.Base(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return finalError{fmt.Errorf("track a run: %w", err)}
	}
	var out struct {
		CreateRunFiles struct {
			UploadHeaders []string `json:"uploadHeaders"`
			Files         []struct {
				UploadURL string `json:"uploadUrl"`
			} `json:"files"`
		} `json:"createRunFiles"`
	}
	err = w.query(ctx, "CreateRunFiles", createRunFiles, map[string]any{"entity": w.entity, "project": w.project, "run": w.run, "files": []string{name}}, &out)
	if err != nil {
		return err
	}
	made := out.CreateRunFiles
	if len(made.Files) != 1 {
		return finalError{fmt.Errorf("%s gives no place for %s", w.base, name)}
	}
	address, auth := made.Files[0].UploadURL, func(r *http.Request) {
		for _, h := range made.UploadHeaders {
			if k, v, ok := strings.Cut(h, ":"); ok {
				r.Header.Set(k, strings.TrimSpace(v))
			}
		}
	}
	if strings.HasPrefix(address, "/") { // a server of one's own keeps files itself
		address = w.base + address
	}
	if _, err := w.do(ctx, http.MethodPut, address, "application/octet-stream", data, auth); err != nil {
		return err
	}
	return w.stream(ctx, stream{Uploaded: []string{name}})
}

// exitKilled is what the official client ends a run with that a person stopped.
const exitKilled = 255

func (w *wandb) end(ctx context.Context, s Status) error {
	code := map[Status]int{Finished: 0, Failed: 1, Killed: exitKilled}[s]
	return w.stream(ctx, stream{Complete: true, Exit: &code})
}
