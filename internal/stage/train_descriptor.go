package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/descriptor"
)

// kindDescriptor is the kind of descriptor runs in the catalogue.
const kindDescriptor = "descriptor"

// DescriptorOptions say which encoder to train for copies, and how.
type DescriptorOptions struct {
	Model    string // as --model has it, "" for the standard encoder
	Settings descriptor.Options
	Squash   bool          // the encoder sees the whole picture in a square instead of its middle
	Drawn    int           // pictures that are drawn by the program and learnt from besides
	Budget   time.Duration // 0 for as long as the steps take
	Resume   bool          // an unfinished run must be there to go on with
	Out      string        // folder
	Command  string
	Version  string // of curate
}

// DescriptorResult is what it leaves.
type DescriptorResult struct {
	Run        string             `json:"run"`
	Dir        string             `json:"dir"`
	Model      string             `json:"model"`
	Resolution int                `json:"resolution"`
	Layers     int                `json:"layers"`
	Dim        int                `json:"dim"`
	Images     int                `json:"images"`   // that were learnt from
	Held       int                `json:"held_out"` // that were not
	LeftOut    int                `json:"left_out"` // copies of others
	Steps      int                `json:"steps"`
	Untrained  descriptor.Point   `json:"untrained"`
	Best       descriptor.Point   `json:"best"`
	Points     []descriptor.Point `json:"points"`
	Continued  int                `json:"continued"`
	Seconds    float64            `json:"seconds"`
	Unreadable []UnusableInput    `json:"unreadable"`
}

// descriptorRun is a run of TrainDescriptor under way.
type descriptorRun struct {
	env     *Env
	options DescriptorOptions
	job     *descriptor.Job
	run     catalog.Run
	result  DescriptorResult
}

// TrainDescriptor trains the first layers of an encoder to recognise copies, on
// edits of the catalogue's pictures. A run that was killed goes on from its last
// checkpoint when the same is asked for again.
func TrainDescriptor(ctx context.Context, e *Env, o DescriptorOptions) (DescriptorResult, error) {
	t := &descriptorRun{env: e, options: o}
	err := t.plan(ctx)
	if err == nil {
		err = t.do(ctx)
	}
	return t.result, err
}

// do trains what is planned and records it.
func (t *descriptorRun) do(ctx context.Context) error {
	began, e := time.Now(), t.env
	if err := t.start(ctx); err != nil {
		return err
	}
	err := t.fit(ctx)
	t.result.Seconds = time.Since(began).Seconds()
	var figures any
	if err == nil {
		figures = t.result
	}
	err = errors.Join(err, e.Catalog.FinishRun(context.WithoutCancel(ctx), t.run.ID, figures, err))
	if err == nil {
		err = descriptor.RemoveCheckpoints(t.run.Dir)
	}
	return err
}

// plan reads model and pictures.
func (t *descriptorRun) plan(ctx context.Context) error {
	m, err := t.env.WholeModel(ctx, t.options.Model)
	if err != nil {
		return err
	}
	if m.Folder == "" {
		return fmt.Errorf("%s is no model folder, so it cannot be trained; name a folder in Hugging Face layout or a Hub id with --model", m.Name)
	}
	j := &descriptor.Job{Options: t.options.Settings, ModelKey: m.Hash, Threads: t.env.Threads, Whiten: learnWhitening}
	if err := t.read(j, m.Folder); err != nil {
		return err
	}
	side, _ := j.Preprocess.Size()
	if j.Device, err = t.env.device(); err != nil {
		return err
	}
	if j.Runtime, err = t.env.Runtime(); err != nil {
		return err
	}
	t.job = j
	t.result.Model, t.result.Resolution, t.result.Layers, t.result.Dim = m.Name, side, j.Layers, j.Dim
	t.result.Unreadable = []UnusableInput{}
	if err := t.pictures(ctx); err != nil || j.Teach == 0 {
		return err
	}
	return t.teach(ctx, m)
}

// read reads what training starts with: a whole model, or the encoder that another
// run has left. That goes on with its own layers, resolution and projection.
func (t *descriptorRun) read(j *descriptor.Job, folder string) (err error) {
	if j.Model, err = vit.Load(folder); err != nil {
		return err
	}
	c, err := preprocess.ReadConfig(folder)
	if err != nil {
		return err
	}
	side := cmp.Or(t.env.Resolution, descriptorSide)
	if descriptor.Trained(folder) {
		if side, err = t.goOn(j, folder); err != nil {
			return err
		}
	}
	j.Layers = cmp.Or(j.Layers, descriptor.Recipe().Layers)
	j.Preprocess = c.WithResolution(side)
	if t.options.Squash {
		j.Preprocess = j.Preprocess.Squashed()
	}
	return nil
}

// goOn takes the projection of a trained encoder, which is of its last layer, and
// returns its resolution.
func (t *descriptorRun) goOn(j *descriptor.Job, folder string) (side int, err error) {
	n, err := descriptor.ReadFolder(folder)
	if err != nil {
		return 0, err
	}
	own := n.Model.Config.Layers
	if j.Layers != 0 && j.Layers != own {
		return 0, fmt.Errorf("%s is an encoder of %d layers that training has left; go on with all of them, or start %d layers from a whole model", folder, own, j.Layers)
	}
	if j.Teach > 0 {
		return 0, fmt.Errorf("%s is what training has left of a model, and can be no teacher: leave --distill out", folder)
	}
	j.Layers, j.Dim, j.Start = own, len(n.Bias), &n.Projection
	return cmp.Or(t.env.Resolution, n.Model.Config.ImageSize), nil
}

// descriptorSide is the resolution, in pixels, where none is asked for.
const descriptorSide = 112

// learnWhitening gives the start of the projection.
func learnWhitening(rows [][]float32, picture []int, dim int) (matrix, mean []float32, err error) {
	s := new(calibrate.Samples)
	for i, row := range rows {
		s.Add(picture[i], row)
	}
	w, err := calibrate.Learn(s, dim)
	if err != nil {
		return nil, nil, err
	}
	return w.Matrix, w.Mean, nil
}

// fitBudget chooses the steps that fit into the budget, but for a run that goes on:
// that keeps its own.
func (t *descriptorRun) fitBudget(ctx context.Context, pending *descriptor.Pending) error {
	if t.options.Budget == 0 {
		return nil
	}
	if pending != nil {
		own := *t.job
		own.Options = pending.Options
		if own.Settings() == pending.Settings {
			t.job.Options = pending.Options
			return nil
		}
	}
	o, err := descriptor.Fitting(ctx, t.job, t.options.Budget)
	if err == nil {
		t.env.Notice("%d steps fit into %s on this machine as it is now", o.Steps, t.options.Budget)
	}
	t.job.Options = o
	return err
}

// start records the run, or takes up an unfinished one that is the same.
func (t *descriptorRun) start(ctx context.Context) error {
	dir, err := t.outDir()
	if err != nil {
		return err
	}
	pending, err := descriptor.Unfinished(dir)
	if err != nil {
		return err
	}
	if err := t.fitBudget(ctx, pending); err != nil {
		return err
	}
	same := pending != nil && pending.Settings == t.job.Settings()
	switch {
	case t.options.Resume && !same:
		return errNothingToResume
	case same:
		t.result.Continued = pending.Step
		t.env.Notice("going on with the unfinished run in %s after step %d", dir, pending.Step)
	default:
		if err := train.Ready(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t.result.Dir = dir
	return t.record(ctx, dir, same)
}

// outDir is where the run leaves its files.
func (t *descriptorRun) outDir() (string, error) {
	return filepath.Abs(cmp.Or(t.options.Out, filepath.Join("runs", kindDescriptor)))
}

// record makes the catalogue's entry of the run, or takes it up. No run is under
// way elsewhere, whatever the catalogue says: see takeUp.
func (t *descriptorRun) record(ctx context.Context, dir string, same bool) error {
	runs, err := t.env.Catalog.Runs(ctx, kindDescriptor, 0)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Status == catalog.Running {
			if err := t.env.Catalog.FinishRun(ctx, r.ID, nil, context.Canceled); err != nil {
				return err
			}
		}
		if same && r.Dir == dir && r.Status != catalog.Done {
			t.run, t.result.Run = r, r.Name
			return t.env.Catalog.ResumeRun(ctx, r.ID)
		}
	}
	t.run, err = t.env.Catalog.StartRun(ctx, kindDescriptor, "", dir, t.job.Options)
	t.result.Run = t.run.Name
	return err
}

// fit trains and writes the folder.
func (t *descriptorRun) fit(ctx context.Context) error {
	j := t.job
	j.Dir = t.run.Dir
	defer debug.SetGCPercent(debug.SetGCPercent(train.GCPercent))
	task := t.env.Progress.Start("train", int64(j.Steps), "steps")
	defer task.Done()
	j.Watch = descriptor.Watch{
		Notice: func(text string) { t.env.Notice("%s", text) },
		Begin:  func(done, _ int) { task.Resume(int64(done)) },
		Step:   func() { task.Add(1) },
		Measure: func(p descriptor.Point) {
			t.env.Progress.Note("step %d: loss %.4f; held-out pictures: AP %.4f, recall %.4f; edits it never made: AP %.4f, recall %.4f; %.1f pictures/s",
				p.Step, p.Loss, p.Known.AP, p.Known.Recall, p.Unseen.AP, p.Unseen.Recall, p.Speed)
		},
	}
	r, err := descriptor.Fit(ctx, j)
	if err != nil {
		return err
	}
	out := &t.result
	out.Images, out.Held, out.Points, out.Untrained, out.Best = r.Learnt, r.Held, r.Points, r.Points[0], r.Points[r.Best]
	out.Steps = j.Steps
	return descriptor.WriteFolder(t.run.Dir, j, r, t.result.Model, t.options.Version)
}
