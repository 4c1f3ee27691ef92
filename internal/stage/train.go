package stage

import (
	"context"
	"errors"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/augment"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/track/remote"
)

// The modes of training.
const (
	ModeProbe = train.ModeProbe
	ModeLoRA  = train.ModeLoRA
	ModeFull  = train.ModeFull
	ModeLPFT  = train.ModeLPFT
)

// Modes lists the modes, weakest first. Fine-tuning from the classifier of a probe is
// at least as good as from a drawn one, and better on pictures of another kind (Kumar
// et al., 2022), for the price of the embeddings, which a later probe needs anyway.
func Modes() []string { return []string{ModeProbe, ModeLoRA, ModeFull, ModeLPFT} }

// RecipeSeed is the name of the mission's recipe: no validation split, figures of
// every epoch on test.
const RecipeSeed = "seed"

// TrainOptions say what to train and how.
type TrainOptions struct {
	Model    string // as --model has it, "" for the standard encoder
	Mode     string // "" for the strongest that fits Budget
	Budget   time.Duration
	Recipe   string        // "" or RecipeSeed
	Settings train.Options // what is zero is as the mode has it: see train.Options.WithDefaults

	FreezeAll    bool   // all blocks
	ClassWeights string // "" or BalanceClasses

	Positive string   // "" for ai
	Augment  string   // how pictures are changed, as augment.Parse reads it; "" for what suits the mode
	Track    []string // names of trackers: see Trackers
	Servers  TrackServers
	Resume   bool   // an unfinished run must be there to go on with
	Out      string // folder, "" for runs/NAME
	Command  string // for the journal
	Version  string // of curate
}

// TrainResult is what training leaves.
type TrainResult struct {
	Run             string             `json:"run"`
	Mode            string             `json:"mode"`
	Epochs          *int               `json:"epochs"` // that were done; null for a probe
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
	Kept            int                `json:"kept"`       // the row whose weights are kept, counted from 1; 0 where none was judged
	ChosenBy        string             `json:"chosen_by"`  // the figure that decided it
	Unreadable      []UnusableInput    `json:"unreadable"` // files that are no longer as they were; left out
}

// training is one run of Train.
type training struct {
	env      *Env
	options  TrainOptions
	data     *labelled
	model    modelstore.Model
	config   preprocess.Config // at the resolution of the run
	side     int
	layout   vit.Config       // of the model
	settings train.Options    // of the mode
	departs  []string         // how they are not the recipe's
	pipeline augment.Pipeline // that changes the pictures that are learnt from
	remotes  []*remote.Remote // trackers that have a server
	judged   catalog.Split
	run      catalog.Run
	result   TrainResult
}

// Train fits a classifier to the train split and judges it on val. A run that was
// killed, unless it is a probe, goes on from its last checkpoint when the same is asked for again. The
// caller holds the catalogue's lock: no other process is training.
func Train(ctx context.Context, e *Env, o TrainOptions) (TrainResult, error) {
	began := time.Now()
	t, err := planTraining(ctx, e, o)
	if err != nil {
		return TrainResult{}, err
	}
	if err := t.chooseMode(ctx); err != nil {
		return TrainResult{}, err
	}
	if err := t.chooseAugment(); err != nil {
		return TrainResult{}, err
	}
	t.noteRecipe()
	if t.result.Mode != ModeProbe {
		if err := t.verify(ctx); err != nil {
			return TrainResult{}, err
		}
	}
	if err := t.start(ctx); err != nil {
		return TrainResult{}, err
	}
	r, err := t.fit(ctx)
	if err == nil {
		err = t.finish(ctx, r)
	}
	t.endTracking(ctx, err)
	t.result.Seconds = time.Since(began).Seconds()
	var figures any
	if err == nil {
		figures = t.result
	}
	err = errors.Join(err, e.Catalog.FinishRun(context.WithoutCancel(ctx), t.run.ID, figures, err))
	if err == nil {
		t.tidy(t.run.Dir)
	}
	return t.result, err
}

// work is the run in its mode, without the means to do it.
func (t *training) work() *train.Job {
	return &train.Job{
		Options: t.settings, Mode: t.result.Mode, ModelKey: t.model.Hash, Side: t.side, Classes: t.data.classes, Positive: t.data.positive,
		Train: t.data.examples(catalog.Train), Val: t.data.examples(t.judged),
	}
}

// job is the run in its mode, which is not a probe.
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
	j := t.work()
	j.Model, j.Runtime, j.Device, j.Threads = m, rt, device, t.env.Threads
	j.Watch.Notice = func(text string) { t.env.Notice("%s", text) }
	return j, nil
}

// fit trains in the run's mode.
func (t *training) fit(ctx context.Context) (r *train.Result, err error) {
	if err := auditFirst(ctx, t.env, t.run.Dir); err != nil {
		return nil, err
	}
	if err := t.noteLearnt(); err != nil {
		return nil, err
	}
	tracker, err := t.trackers()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tracker.Close()) }()
	if t.result.Mode == ModeProbe {
		return t.probe(ctx, tracker)
	}
	return t.tune(ctx, tracker)
}

// finish writes the run's folder and fills in the figures.
func (t *training) finish(ctx context.Context, r *train.Result) (err error) {
	about := t.about(r)
	if about.Details, err = t.noteJudged(ctx, r.Judged); err != nil {
		return err
	}
	if err := train.WriteFolder(t.run.Dir, r, about); err != nil {
		return err
	}
	out, s := &t.result, r.Best().Eval
	if s.N == 0 {
		s = train.Undefined()
	}
	out.Steps, out.Device, out.ImagesPerSecond, out.Rows = r.Steps, r.Device, r.Rate, r.Rows
	out.Loss, out.Accuracy, out.F1, out.Precision, out.Recall, out.AUC = s.Loss, s.Accuracy, s.F1, s.Precision, s.Recall, s.AUC
	out.ChosenBy, out.Kept = r.Metric, 0
	if r.Best().Eval.N > 0 {
		out.Kept = r.Chosen + 1
	}
	if r.Mode != ModeProbe {
		epochs := len(r.Rows)
		out.Epochs = &epochs
	}
	return nil
}
