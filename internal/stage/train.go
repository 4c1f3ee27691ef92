package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/track"
)

// The modes of training, weakest first.
const (
	ModeProbe = "probe" // a classifier on what the encoder says
	ModeFull  = "full"  // all weights
)

// RecipeSeed is the name of the mission's recipe: no validation split, figures of
// every epoch on test.
const RecipeSeed = "seed"

// TrainOptions say what to train and how.
type TrainOptions struct {
	Model    string // as --model has it, "" for the standard encoder
	Mode     string // "" for the strongest that fits Budget
	Budget   time.Duration
	Recipe   string // "" or RecipeSeed
	Settings train.Options
	Positive string   // "" for ai
	Track    []string // names of trackers
	Resume   bool     // an unfinished run must be there to go on with
	Out      string   // folder, "" for runs/NAME
	Command  string   // for the journal
	Version  string   // of curate
}

// TrainResult is what training leaves.
type TrainResult struct {
	Run             string             `json:"run"`
	Mode            string             `json:"mode"`
	Epochs          *int               `json:"epochs"` // null for a probe
	Steps           int                `json:"steps"`
	Loss            metrics.Value      `json:"loss"` // these on JudgedOn, of the weights that were chosen
	Accuracy        metrics.Value      `json:"accuracy"`
	F1              metrics.Value      `json:"f1"`
	Precision       metrics.Value      `json:"precision"`
	Recall          metrics.Value      `json:"recall"`
	AUC             metrics.Value      `json:"auc"`
	ImagesPerSecond float64            `json:"images_per_second"`
	Seconds         float64            `json:"seconds"`
	Device          string             `json:"device"`
	Dir             string             `json:"dir"`
	Model           string             `json:"model"`
	Resolution      int                `json:"resolution"`
	Classes         []string           `json:"classes"`
	Positive        string             `json:"positive"`
	JudgedOn        string             `json:"judged_on"` // "validation", "test" with the seed recipe
	Images          map[string]int     `json:"images"`    // of each split
	Estimates       map[string]float64 `json:"estimates"` // seconds of each mode, where they were asked for
	Continued       int                `json:"continued"` // the step that an unfinished run was continued from
	Rows            []train.Row        `json:"rows"`
	Unreadable      []UnusableInput    `json:"unreadable"` // files that are no longer as they were; left out
}

// training is one run of Train.
type training struct {
	env     *Env
	options TrainOptions
	data    *labelled
	model   modelstore.Model
	config  preprocess.Config // at the resolution of the run
	side    int
	judged  catalog.Split
	run     catalog.Run
	result  TrainResult
}

// Train fits a classifier to the train split and judges it on val. A full run that
// was killed goes on from its last checkpoint when the same is asked for again.
func Train(ctx context.Context, e *Env, o TrainOptions) (TrainResult, error) {
	began := time.Now()
	t, err := planTraining(ctx, e, o)
	if err != nil {
		return TrainResult{}, err
	}
	if err := t.chooseMode(ctx); err != nil {
		return TrainResult{}, err
	}
	if t.result.Mode == ModeFull {
		if err := t.verify(ctx); err != nil {
			return TrainResult{}, err
		}
	}
	if err := t.start(ctx); err != nil {
		return TrainResult{}, err
	}
	r, err := t.fit(ctx)
	if err == nil {
		err = t.finish(r)
	}
	t.result.Seconds = time.Since(began).Seconds()
	var figures any
	if err == nil {
		figures = t.result
	}
	err = errors.Join(err, e.Catalog.FinishRun(context.WithoutCancel(ctx), t.run.ID, figures, err))
	return t.result, err
}

// planTraining finds out what there is to train, without work.
func planTraining(ctx context.Context, e *Env, o TrainOptions) (*training, error) {
	t := &training{env: e, options: o, judged: catalog.Val}
	if o.Recipe == RecipeSeed {
		t.judged = catalog.Test
	}
	_, err := e.device()
	if err == nil {
		err = refuseUnlabelled(ctx, e)
	}
	if err == nil {
		err = t.ensureSplit(ctx)
	}
	if err != nil {
		return nil, err
	}
	if t.data, err = loadLabelled(ctx, e, o.Positive); err != nil {
		return nil, err
	}
	if o.Recipe == RecipeSeed && len(t.data.rows[catalog.Val]) > 0 {
		e.Notice("the seed recipe has no validation split: the %d images of val are learnt from", len(t.data.rows[catalog.Val]))
		t.data.rows[catalog.Train] = append(t.data.rows[catalog.Train], t.data.rows[catalog.Val]...)
		t.data.rows[catalog.Val] = nil
	}
	if t.model, err = e.Model(ctx, o.Model); err != nil {
		return nil, err
	}
	if t.model.File != "" {
		return nil, fmt.Errorf("%s is a bare .onnx graph, which cannot be trained; name a model folder or a Hub id with --model", t.model.Name)
	}
	return t, t.describe()
}

// ensureSplit makes a split where there is none, and says so.
func (t *training) ensureSplit(ctx context.Context) error {
	made, err := t.env.Catalog.Splits(ctx)
	if err != nil || len(made) > 0 {
		return err
	}
	o := SplitOptions{Val: .1, Test: .2, Seed: t.options.Settings.Seed, GroupBy: []string{"cluster", "prompt"}, Command: t.options.Command}
	if t.options.Recipe == RecipeSeed {
		o.Val = 0
	}
	r, err := Split(ctx, t.env, o)
	if err != nil {
		return err
	}
	t.env.Notice("there was no split: made one of %d train, %d val and %d test images (`curate split` makes another)", r.Train, r.Val, r.Test)
	return nil
}

// describe fills in what is known before the run.
func (t *training) describe() error {
	c, err := preprocess.ReadConfig(t.model.Folder)
	if err != nil {
		return err
	}
	if t.env.Resolution > 0 {
		c = c.WithResolution(t.env.Resolution)
	}
	w, h := c.Size()
	if w != h {
		return fmt.Errorf("%s takes pictures of %d x %d pixels; only square ones can be trained on (--resolution)", t.model.Name, w, h)
	}
	t.config, t.side = c, w
	r := &t.result
	r.Model, r.Resolution, r.Classes, r.Positive = t.model.Name, w, t.data.classes, t.data.classes[t.data.positive]
	r.Unreadable = []UnusableInput{}
	t.countImages()
	if r.JudgedOn = "validation"; t.judged == catalog.Test {
		r.JudgedOn = "test"
	}
	if r.Images["train"] == 0 {
		return errors.New("the train split is empty; `curate split` makes another")
	}
	return nil
}

func (t *training) countImages() {
	t.result.Images = map[string]int{}
	for _, s := range []catalog.Split{catalog.Train, catalog.Val, catalog.Test} {
		t.result.Images[string(s)] = len(t.data.rows[s])
	}
}

// job is the full run that the options ask for.
func (t *training) job() (*train.Job, error) {
	m, err := vit.Load(t.model.Folder)
	if err != nil {
		return nil, err
	}
	device, err := t.env.device()
	if err != nil {
		return nil, err
	}
	rt, err := t.env.Runtime()
	if err != nil {
		return nil, err
	}
	return &train.Job{
		Options: t.options.Settings, Model: m, ModelKey: t.model.Hash, Side: t.side, Classes: t.data.classes, Positive: t.data.positive,
		Train: t.data.examples(catalog.Train), Val: t.data.examples(t.judged),
		Runtime: rt, Device: device, Threads: t.env.Threads, Watch: train.Watch{Notice: func(text string) { t.env.Notice("%s", text) }},
	}, nil
}

// trackers opens the trackers of the run.
func (t *training) trackers() (track.Tracker, error) {
	lines, err := track.NewJSONL(t.run.Dir)
	if err != nil {
		return nil, err
	}
	all := track.All{lines}
	for _, name := range t.options.Track {
		if name != "tensorboard" {
			return nil, errors.Join(fmt.Errorf("no tracker is called %q; --track takes tensorboard", name), all.Close())
		}
		tb, err := track.NewTensorBoard(t.run.Dir, time.Now())
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		all = append(all, tb)
	}
	return all, nil
}

// fit trains in the run's mode.
func (t *training) fit(ctx context.Context) (r *train.Result, err error) {
	tracker, err := t.trackers()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tracker.Close()) }()
	if t.result.Mode == ModeProbe {
		return t.probe(ctx, tracker)
	}
	return t.full(ctx, tracker)
}

// finish writes the run's folder and fills in the figures.
func (t *training) finish(r *train.Result) error {
	if err := train.WriteFolder(t.run.Dir, r, t.about(r)); err != nil {
		return err
	}
	if err := train.RemoveCheckpoints(t.run.Dir); err != nil {
		return err
	}
	out, s := &t.result, r.Best().Eval
	if s.N == 0 {
		s = train.Undefined()
	}
	out.Steps, out.Device, out.ImagesPerSecond, out.Rows = r.Steps, r.Device, r.Rate, r.Rows
	out.Loss, out.Accuracy, out.F1, out.Precision, out.Recall, out.AUC = s.Loss, s.Accuracy, s.F1, s.Precision, s.Recall, s.AUC
	if r.Mode == ModeFull {
		out.Epochs = &t.options.Settings.Epochs
	}
	return nil
}

// outDir is where the run called name leaves its files.
func (t *training) outDir(name string) (string, error) {
	dir := t.options.Out
	if dir == "" {
		dir = filepath.Join("runs", name)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := train.Ready(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}
