package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
)

// runSettings are what the catalogue keeps of a training run.
type runSettings struct {
	Mode       string        `json:"mode"`
	Model      string        `json:"model"`
	ModelHash  string        `json:"model_hash"`
	Resolution int           `json:"resolution"`
	Classes    []string      `json:"classes"`
	Positive   string        `json:"positive"`
	JudgedOn   string        `json:"judged_on"`
	Recipe     string        `json:"recipe,omitempty"`
	Options    train.Options `json:"options"`
	Command    string        `json:"command,omitempty"` // that goes on with it
	Key        string        `json:"key"`               // of a full run: says whether another is the same
}

// kindTrain is the kind of training runs in the catalogue.
const kindTrain = "train"

// start records the run, or takes up an unfinished one that is the same.
func (t *training) start(ctx context.Context) error {
	s := runSettings{
		Mode: t.result.Mode, Model: t.model.Name, ModelHash: t.model.Hash, Resolution: t.side, Classes: t.data.classes,
		Positive: t.result.Positive, JudgedOn: t.result.JudgedOn, Recipe: t.options.Recipe, Options: t.options.Settings,
		Command: t.options.Command,
	}
	if s.Mode == ModeFull {
		j := &train.Job{
			Options: t.options.Settings, ModelKey: t.model.Hash, Side: t.side, Classes: t.data.classes, Positive: t.data.positive,
			Train: t.data.examples(catalog.Train), Val: t.data.examples(t.judged),
		}
		s.Key = j.Settings()
	}
	found, err := t.takeUp(ctx, s)
	if err != nil || found {
		return err
	}
	name, err := t.freeName(ctx)
	if err != nil {
		return err
	}
	dir, err := t.outDir(ctx, name)
	if err != nil {
		return err
	}
	t.run, err = t.env.Catalog.StartRun(ctx, kindTrain, name, dir, s)
	t.result.Run, t.result.Dir = t.run.Name, t.run.Dir
	return err
}

// freeName is the run's name: its mode and the next number.
func (t *training) freeName(ctx context.Context) (string, error) {
	runs, err := t.env.Catalog.Runs(ctx, "", 0)
	if err != nil {
		return "", err
	}
	next := 1
	for _, r := range runs {
		if n, ok := strings.CutPrefix(r.Name, t.result.Mode+"-"); ok {
			if n, err := strconv.Atoi(n); err == nil {
				next = max(next, n+1)
			}
		}
	}
	return fmt.Sprintf("%s-%d", t.result.Mode, next), nil
}

// about is what the run's card and report say.
func (t *training) about(r *train.Result) train.About {
	onHub := strings.HasPrefix(t.model.Source, "hub ")
	return train.About{
		Name: t.run.Name, Base: t.model.Name, BaseOnHub: onHub, Preprocess: t.config, Classes: t.data.classes, Positive: t.data.positive,
		Counts: t.data.counts(), JudgedOn: t.result.JudgedOn, Recipe: t.recipe(r), Version: t.options.Version,
	}
}

// recipe lists the settings as Trainer cards do.
func (t *training) recipe(r *train.Result) []train.Fact {
	if r.Mode == ModeProbe {
		return []train.Fact{
			{Name: "mode", Value: "probe: multinomial logistic regression on the encoder's head vector, L-BFGS"},
			{Name: "penalty", Value: fmt.Sprintf("%g (half the squared weights of standardised features)", r.Penalty)},
			{Name: "iterations", Value: fmt.Sprint(r.Steps)},
		}
	}
	o := t.options.Settings
	return []train.Fact{
		{Name: "learning_rate", Value: fmt.Sprint(o.LR)},
		{Name: "train_batch_size", Value: fmt.Sprintf("%d (as micro-batches of %d)", o.Batch, r.Micro)},
		{Name: "seed", Value: fmt.Sprint(o.Seed)},
		{Name: "optimizer", Value: fmt.Sprintf("Adam with betas=(%g,%g) and epsilon=%g", o.Adam.Beta1, o.Adam.Beta2, o.Adam.Eps)},
		{Name: "max_grad_norm", Value: fmt.Sprint(o.Clip)},
		{Name: "lr_scheduler_type", Value: "linear"},
		{Name: "lr_scheduler_warmup_ratio", Value: fmt.Sprint(o.Warmup)},
		{Name: "num_epochs", Value: fmt.Sprint(o.Epochs)},
	}
}

// trainRun finds a finished training run: the newest, or the one called name.
func trainRun(ctx context.Context, e *Env, name string) (catalog.Run, runSettings, error) {
	var s runSettings
	r, err := findRun(ctx, e, name)
	if err != nil {
		return r, s, err
	}
	if r.Kind != kindTrain || r.Status != catalog.Done {
		return r, s, fmt.Errorf("run %s is no finished training run (%s, %s)", r.Name, r.Kind, r.Status)
	}
	if err := ownsFolder(ctx, e, r); err != nil {
		return r, s, err
	}
	return r, s, json.Unmarshal(r.Settings, &s)
}

// ownsFolder is an error where a later run was trained into the folder of r, after
// its files were removed.
func ownsFolder(ctx context.Context, e *Env, r catalog.Run) error {
	runs, err := e.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return err
	}
	for _, later := range runs {
		if later.ID > r.ID && later.Dir == r.Dir {
			return fmt.Errorf("the folder of run %s, %s, is that of run %s now: its model is gone", r.Name, r.Dir, later.Name)
		}
	}
	return nil
}

func findRun(ctx context.Context, e *Env, name string) (catalog.Run, error) {
	if name != "" {
		return e.Catalog.RunByName(ctx, name)
	}
	runs, err := e.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return catalog.Run{}, err
	}
	i := slices.IndexFunc(runs, func(r catalog.Run) bool { return r.Status == catalog.Done })
	if i < 0 {
		return catalog.Run{}, errors.New("there is no finished training run; `curate train` makes one")
	}
	return runs[i], nil
}
